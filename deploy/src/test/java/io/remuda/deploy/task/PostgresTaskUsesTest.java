package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

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

  /** They would wait for each other's rows for ever. */
  @Test
  void twoGatewaysAtOnceNeverHoldRowsOfTheSamePart() throws SQLException {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 3);
    }
    String part = take(Duration.ZERO, 400).orElseThrow().id();
    try (Connection first = connect();
        Connection second = connect();
        Statement one = first.createStatement();
        Statement other = second.createStatement();
        ResultSet taken = one.executeQuery(UseSql.DUE);
        ResultSet nothing = other.executeQuery(UseSql.DUE)) {
      assertThat(taken.next()).isTrue();
      assertThat(taken.getString(1)).isEqualTo(part);
      assertThat(nothing.next()).isFalse();
      first.rollback();
      second.rollback();
    }
    assertThat(take(Duration.ZERO, 400).orElseThrow().uses()).hasSize(3);
  }

  private Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(database, server.user(), server.password());
    connection.setAutoCommit(false);
    return connection;
  }
}
