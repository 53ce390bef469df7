package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.task.TaskUseStore;
import io.remuda.protocol.task.UseSql;
import io.remuda.protocol.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What tasks used, in PostgreSQL. */
class PostgresTaskUsesTest extends TaskUsesContract {

  private final PostgresServer server = PostgresServer.shared();
  private final String database = server.newDatabase();

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.journal.url", database,
        "remuda.journal.user", server.user(),
        "remuda.journal.password", server.password());
  }

  /** They would wait for each other. */
  @Test
  void twoGatewaysAtOnceNeverHoldTheSamePart() throws SQLException {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 3);
    }
    String part = take(Duration.ZERO, 400).orElseThrow().lane();
    expectsOneOfTwoToFind(UseSql.DUE, part);
    assertThat(take(Duration.ZERO, 400).orElseThrow().uses()).hasSize(3);
  }

  @Test
  void aPartOfAnEarlierVersionKeepsItsName() throws SQLException {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 3);
    }
    String name = "00000000-0000-0000-0000-000000000000";
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE \"remuda_tasks\".task_use SET part = '" + name + "', due_at = 1");
      connection.commit();
    }
    expectsOneOfTwoToFind(UseSql.OLD_DUE, name);

    TaskUseStore.Part part = take(Duration.ofMinutes(5), 400).orElseThrow();

    assertThat(part.lane()).isEqualTo(name);
    assertThat(part.number()).isEqualTo(1);
    assertThat(part.uses()).hasSize(3);
    assertThat(take(Duration.ZERO, 400)).isEmpty();
    get(stage.uses().done(part));
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet left = statement.executeQuery("SELECT 1 FROM \"remuda_tasks\".task_use")) {
      assertThat(left.next()).isFalse();
    }
  }

  private void expectsOneOfTwoToFind(String sql, String part) throws SQLException {
    try (Connection first = connect();
        Connection second = connect();
        Statement one = first.createStatement();
        Statement other = second.createStatement();
        ResultSet taken = one.executeQuery(sql);
        ResultSet nothing = other.executeQuery(sql)) {
      assertThat(taken.next()).isTrue();
      assertThat(taken.getString(1)).isEqualTo(part);
      assertThat(nothing.next()).isFalse();
      first.rollback();
      second.rollback();
    }
  }

  private Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(database, server.user(), server.password());
    connection.setAutoCommit(false);
    return connection;
  }
}
