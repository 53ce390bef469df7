package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Batches in Redis, their lines' tasks in RabbitMQ. */
class RabbitRedisBatchesTest extends BatchContract {

  // Its own, since a test ends and starts them; started once for all of them.
  private static final RabbitServer BROKER = RabbitServer.own();
  private static final RedisServer REDIS =
      RedisServer.own(List.of("--appendonly", "yes", "--appendfsync", "always"));

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.tasks.queue", BROKER.url(), "remuda.tasks.results", REDIS.url());
  }

  @AfterAll
  static void stopServers() {
    BROKER.kill();
    REDIS.kill();
  }

  @Test
  void aKilledBrokerAndAKilledStoreDelayABatchAndLoseNoLine() throws Exception {
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

      // when both are killed, with lines in the air, and started again
      BROKER.kill();
      REDIS.kill();
      goOn.complete(true);
      REDIS.restart();
      BROKER.restart();

      // then every line has its one answer
      BatchRecord batch = ended(id);
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ids(batch)).hasSize(300);
      assertThat(batch.getCompleted()).isEqualTo(299);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }
}
