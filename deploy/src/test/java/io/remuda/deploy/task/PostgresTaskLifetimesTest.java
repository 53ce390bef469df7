package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims.Claim;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lifetimes of tasks in the journal's PostgreSQL. */
class PostgresTaskLifetimesTest extends TaskLifetimesContract {

  private final PostgresServer server = PostgresServer.shared();
  private final String database = server.newDatabase();

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.journal.url", database,
        "remuda.journal.user", server.user(),
        "remuda.journal.password", server.password());
  }

  @Test
  void resultsAndRecordsWhoseTimeIsOverTakeNoRoom() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a result that lives for a second, of a task that does for longer
      TaskEnvelope task = stage.task("brief").toBuilder().setResultTtlSeconds(1).build();
      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      get(machine.claims().done(claim, ByteString.copyFromUtf8("it")));

      // then only its record is kept
      Eventually.isTrue(
          "the result is swept", LIMIT, () -> count("WHERE result IS NULL AND state='DONE'") == 1);

      // and not even that of one whose deadline was long ago
      TaskEnvelope old = stage.task("old", java.time.Duration.ofMillis(-300));
      TaskEnvelope late = old.toBuilder().setResultTtlSeconds(1).build();
      assertThat(get(machine.claims().claim(late))).isEmpty();
      Eventually.isTrue("the record is swept", LIMIT, () -> count("") == 1);
    }
  }

  private int count(String where) {
    try (Connection connection =
            DriverManager.getConnection(database, server.user(), server.password());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT COUNT(*) FROM remuda_tasks.task_record " + where)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new AssertionError("the table cannot be read", e);
    }
  }
}
