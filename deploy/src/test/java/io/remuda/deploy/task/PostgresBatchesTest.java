package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Batches in PostgreSQL. */
class PostgresBatchesTest extends BatchContract {

  // Its own, since a test ends and starts it; started once for all of them.
  private static final PostgresServer SERVER = PostgresServer.own();

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.journal.url", SERVER.newDatabase(),
        "remuda.journal.user", SERVER.user(),
        "remuda.journal.password", SERVER.password());
  }

  @AfterAll
  static void stopServer() {
    SERVER.kill();
  }

  @Test
  void aKilledDatabaseDelaysABatchAndLosesNoLineAndDoublesNone() throws Exception {
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    TypedModel stops =
        (input, progress) ->
            runs.incrementAndGet() <= 60
                ? CompletableFuture.completedFuture(TaskContract.capitals(input))
                : goOn.thenApply(yes -> TaskContract.capitals(input));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(stops)) {
      // given lines that are done, lines under way and lines not begun
      drive();
      String id = begin(300, Duration.ofMinutes(5));
      Eventually.isTrue(
          "some lines are done", Duration.ofSeconds(60), () -> batch(id).getCompleted() >= 30);
      Eventually.isTrue("some are under way", LIMIT, () -> runs.get() > 60);

      // when queue, results and files are killed with it, and it is started again
      SERVER.kill();
      goOn.complete(true);
      Eventually.isTrue("it is noticed", LIMIT, () -> worker.health().isPresent());
      SERVER.restart();

      // then every line has its one answer
      BatchRecord batch = ended(id);
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ids(batch)).hasSize(300);
      assertThat(batch.getCompleted()).isEqualTo(299);
      assertThat(batch.getFailed()).isEqualTo(1);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }
}
