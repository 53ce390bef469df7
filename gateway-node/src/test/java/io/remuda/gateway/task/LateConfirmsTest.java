package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.testing.Eventually;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a queue in tables says of a task of which it does not hear in time. */
class LateConfirmsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String URL = "jdbc:h2:mem:late-confirms";

  /** Above what a machine at work stalls. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private static final TaskEnvelope TASK =
      TaskEnvelope.newBuilder().setTaskId("tk_1").setModel("chat").build();

  private final CompletableFuture<Void> go = new CompletableFuture<>();
  private volatile boolean late;
  private Connection open;

  @BeforeEach
  void create() throws Exception {
    open = DriverManager.getConnection(URL, "sa", "");
    try (InputStream in =
            Objects.requireNonNull(TaskDatabase.class.getResourceAsStream("h2/V1__tasks.sql"));
        Statement statement = open.createStatement()) {
      statement.execute("CREATE SCHEMA \"remuda_tasks\"");
      statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @AfterEach
  void drop() throws SQLException {
    open.close();
  }

  private Connection connection() throws SQLException {
    if (late) {
      go.join();
    }
    return DriverManager.getConnection(URL, "sa", "");
  }

  /** What is done is told at once, or late. */
  private void told(Runnable callback) {
    if (late) {
      var unused = go.thenRun(callback);
    } else {
      callback.run();
    }
  }

  private TaskDatabase database(Duration timeout) {
    return new TaskDatabase(
        "late", this::connection, 1, timeout, Duration.ofMillis(10), this::told);
  }

  private static CompletionStage<Optional<Refused>> publish(TaskDatabase database) {
    return new JdbcTaskQueue(database, new TaskBell(), TIMEOUT).publish(TASK);
  }

  private int queued() throws SQLException {
    try (Statement statement = open.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT COUNT(*) FROM \"remuda_tasks\".task_queue")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Test
  void aTaskThatIsThereIsNotSaidToBeAbsent() throws Exception {
    try (TaskDatabase database = database(TIMEOUT)) {
      get(database.write("first", connection -> 1));
      late = true;
      CompletionStage<Optional<Refused>> answer = publish(database);

      ErrorCode failed =
          get(answer.<ErrorCode>handle((refused, failure) -> TaskRefusal.of(failure).code()));

      assertThat(answer.toCompletableFuture()).isCompletedExceptionally();
      assertThat(failed).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      Eventually.isTrue("it is there", LIMIT, () -> queued() == 1);
      go.complete(null);
    }
  }

  @Test
  void aTaskThatIsSaidToBeAbsentIsNeverThere() throws Exception {
    late = true;
    try (TaskDatabase database = database(Duration.ofMillis(100))) {
      assertThat(get(publish(database))).isPresent();

      // when the database can be reached
      late = false;
      go.complete(null);

      // then it does what was asked of it since, and that alone
      Eventually.passes("it is reached", LIMIT, () -> get(database.write("next", connection -> 1)));
      assertThat(queued()).isZero();
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
