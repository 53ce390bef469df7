package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with the journal while its fleet runs on, by the product's commands. */
@Tag("server")
@Tag("slow")
class BackupsIT {

  @TempDir private Path folder;

  private final PostgresServer server = PostgresServer.shared();
  private final Map<String, String> environment =
      Map.of(
          "REMUDA_JOURNAL_URL", server.newDatabase(),
          "REMUDA_JOURNAL_USER", server.user(),
          "REMUDA_JOURNAL_PASSWORD", server.password());

  /** As registry nodes that find an emptied database, which make it their own. */
  @Test
  void aJournalIsEmptiedReplacedAndPutBackBesideConnectionsThatStay() throws SQLException {
    Backups backups = new Backups(folder, environment);
    try (JournalStore fleets = store()) {
      JournalId own = fleets.prepare();
      Path backup = backups.make("kept");

      backups.empty();
      try (JournalStore another = store()) {
        assertThat(another.prepare()).isNotEqualTo(own);
        backups.empty();
      }
      backups.restore(backup);

      try (JournalStore restored = store()) {
        assertThat(restored.prepare()).isEqualTo(own);
      }
    }
  }

  private JournalStore store() {
    return new JournalStore(
        JournalSettings.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "remuda.journal.url", setting("REMUDA_JOURNAL_URL"),
                        "remuda.journal.user", setting("REMUDA_JOURNAL_USER"),
                        "remuda.journal.password", setting("REMUDA_JOURNAL_PASSWORD")))
                .withFallback(ConfigFactory.load()),
            folder));
  }

  private String setting(String name) {
    return environment.getOrDefault(name, "");
  }
}
