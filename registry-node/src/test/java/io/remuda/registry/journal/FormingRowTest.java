package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two registry nodes that do not reach one another ask the one database whose turn it is. */
class FormingRowTest {

  private static final HostPort A = new HostPort("10.0.0.1", 7901);
  private static final HostPort B = new HostPort("10.0.0.2", 7901);

  @TempDir private Path data;

  @Test
  void onlyOneOfTwoHasTheTurnUntilItsTimeIsOver() throws SQLException {
    PostgresServer server = PostgresServer.shared();
    JournalSettings settings = settings(server, server.newDatabase());
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
    }
    FormingRow row = new FormingRow(settings);

    assertThat(row.take(A)).isTrue();
    assertThat(row.take(B)).isFalse();
    assertThat(row.take(A)).as("a restarted node's own turn").isTrue();
    assertThat(row.turn().take(B).toCompletableFuture().join()).isFalse();

    try (Connection connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        Statement later = connection.createStatement()) {
      later.executeUpdate("UPDATE \"remuda_forming\" SET \"until\" = now()");
    }
    assertThat(row.take(B)).isTrue();
    assertThat(row.take(A)).isFalse();
  }

  private JournalSettings settings(PostgresServer server, String url) {
    return JournalSettings.from(
        ConfigFactory.parseMap(
                Map.of(
                    "remuda.journal.url", url,
                    "remuda.journal.user", server.user(),
                    "remuda.journal.password", server.password()))
            .withFallback(ConfigFactory.load()),
        data);
  }
}
