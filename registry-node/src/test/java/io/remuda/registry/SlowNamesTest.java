package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that answers, but not in time when it is asked for all names of the journal. */
@Tag("slow")
@Tag("server")
class SlowNamesTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  @Test
  void isNotTakenForOneThatIsAway() throws Exception {
    PostgresServer server = PostgresServer.shared();
    String url = server.newDatabase();
    try (TestRegistry registry =
            TestRegistry.start(
                    data,
                    Map.of(
                        "remuda.journal.url",
                        url,
                        "remuda.journal.user",
                        server.user(),
                        "remuda.journal.password",
                        server.password(),
                        // So long it would be seen to be taken for away.
                        "remuda.journal.retry-interval",
                        "20s"))
                .awaitReady();
        Connection lock = DriverManager.getConnection(url, server.user(), server.password());
        Connection look = DriverManager.getConnection(url, server.user(), server.password())) {
      lock.setAutoCommit(false);
      try (Statement statement = lock.createStatement()) {
        statement.execute("LOCK TABLE event_journal IN ACCESS EXCLUSIVE MODE");
      }

      Set<Integer> ended = new HashSet<>();
      List<String> notReady = new ArrayList<>();
      Eventually.isTrue(
          "the list of names has failed again and again",
          SOON,
          () -> {
            endWaiting(look, ended);
            registry.node().status().notReadyBecause().ifPresent(notReady::add);
            return ended.size() > 2 || !notReady.isEmpty();
          });

      assertThat(notReady).isEmpty();
      lock.rollback();
    }
  }

  /** Ends what waits for the table, so that nobody has to wait until it is given up. */
  private static void endWaiting(Connection look, Set<Integer> ended) {
    try (Statement statement = look.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT pid, pg_terminate_backend(pid) FROM pg_locks"
                    + " WHERE relation = 'event_journal'::regclass AND NOT granted")) {
      while (rows.next()) {
        ended.add(rows.getInt(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
