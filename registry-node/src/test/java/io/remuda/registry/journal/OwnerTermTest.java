package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
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
      last = store.own("Model|demo").term();
      assertThat(store.own("Model|demo").term()).isGreaterThan(last);
      last = store.own("Model|demo").term();
    }

    try (JournalStore store = open(Map.of())) {
      assertThat(store.own("Model|demo").term()).isGreaterThan(last);
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
      long first = one.own("Model|demo").term();
      long second = other.own("Model|demo").term();

      assertThat(second).isGreaterThan(first);
      assertThat(one.own("Model|demo").term()).isGreaterThan(second);
    }
  }

  /** An owner that cannot read its events knows by this how far they go. */
  @Test
  void tellsHowFarTheNamesEventsGo() throws Exception {
    PostgresServer server = PostgresServer.shared();
    Map<String, Object> postgres =
        Map.of(
            "remuda.journal.url", server.newDatabase(),
            "remuda.journal.user", server.user(),
            "remuda.journal.password", server.password());
    for (Map<String, Object> journal : List.of(Map.<String, Object>of(), postgres)) {
      try (JournalStore store = open(journal)) {
        new WrittenRows(store.settings()).scaled("demo", 3);

        assertThat(store.own(PersistenceIds.model("demo")).last()).isEqualTo(3);
        assertThat(store.own(PersistenceIds.model("other")).last()).isZero();
      }
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
