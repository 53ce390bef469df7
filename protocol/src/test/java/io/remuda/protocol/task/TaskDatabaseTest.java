package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TaskDatabaseTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void looksForTheDatabaseBeforeItIsAskedAndAgainUntilItIsThere() {
    AtomicInteger attempts = new AtomicInteger();
    try (TaskDatabase database =
        new TaskDatabase(
            "looks",
            () -> {
              throw new SQLException("nobody listens, attempt " + attempts.incrementAndGet());
            },
            1,
            Duration.ofSeconds(1),
            Duration.ofMillis(10),
            Runnable::run)) {
      Eventually.isTrue(
          "its health says why",
          LIMIT,
          () -> database.health().orElse("").contains("nobody listens"));
      // Two lanes make two first attempts.
      Eventually.isTrue("it tries again", LIMIT, () -> attempts.get() >= 4);
    }
  }

  @Test
  @Tag("server")
  void workThatFailsHalfWayLeavesNothingBehind() throws Exception {
    PostgresServer server = PostgresServer.shared();
    String url = server.newDatabase();
    try (TaskDatabase database =
        new TaskDatabase(
            "half",
            () -> DriverManager.getConnection(url, server.user(), server.password()),
            1,
            LIMIT,
            Duration.ofMillis(10),
            Runnable::run)) {
      get(database.write("a", connection -> execute(connection, "CREATE TABLE kept (n INT)")));

      // when one that shares the writer fails after a change of its own
      CompletionStage<Integer> half =
          database.write(
              "b",
              connection -> {
                execute(connection, "INSERT INTO kept VALUES (1)");
                throw new IllegalStateException("half way");
              });
      assertThatThrownBy(() -> get(half)).hasRootCauseMessage("half way");
      CompletionStage<Integer> broken =
          database.write(
              "b",
              connection -> {
                execute(connection, "INSERT INTO kept VALUES (4)");
                throw new StackOverflowError("deep down");
              });
      assertThatThrownBy(() -> get(broken)).hasRootCauseMessage("deep down");
      get(database.write("c", connection -> execute(connection, "INSERT INTO kept VALUES (2)")));

      // then the next one's commit does not carry it
      assertThat(get(database.alone(TaskDatabaseTest::sum))).isEqualTo(2);
    }
  }

  private static int execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private static int sum(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT SUM(n) FROM kept")) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
