package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers that owners of names are given rise over all of the journal's life. */
class OwnerTermTest {

  @TempDir private Path data;

  @Test
  void risesOverRestartsOfTheEmbeddedJournal() throws SQLException {
    long last;
    try (JournalStore store = open(Map.of())) {
      last = store.nextTerm();
      assertThat(store.nextTerm()).isGreaterThan(last);
      last = store.nextTerm();
    }

    try (JournalStore store = open(Map.of())) {
      assertThat(store.nextTerm()).isGreaterThan(last);
    }
  }

  @Test
  void risesOverTheNodesOfOnePostgres() throws SQLException {
    PostgresServer server = PostgresServer.shared();
    Map<String, Object> journal =
        Map.of(
            "remuda.journal.url", server.newDatabase(),
            "remuda.journal.user", server.user(),
            "remuda.journal.password", server.password());
    try (JournalStore one = open(journal);
        JournalStore other = open(journal)) {
      long first = one.nextTerm();
      long second = other.nextTerm();

      assertThat(second).isGreaterThan(first);
      assertThat(one.nextTerm()).isGreaterThan(second);
    }
  }

  private JournalStore open(Map<String, Object> journal) throws SQLException {
    JournalStore store =
        new JournalStore(
            JournalSettings.from(
                ConfigFactory.parseMap(journal).withFallback(ConfigFactory.load()), data));
    store.prepare();
    return store;
  }
}
