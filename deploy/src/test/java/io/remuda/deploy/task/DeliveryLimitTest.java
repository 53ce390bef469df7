package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import io.remuda.gateway.task.DeadTask;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A task that no consumer lives long enough to claim: the broker itself gives it up. */
@Tag("server")
class DeliveryLimitTest {

  private static final int CLOSE_MILLIS = 1_000;

  @Test
  void aTaskWhoseConsumersDieBeforeTheyClaimItIsGivenUpByTheBroker() throws Exception {
    try (TaskStage stage =
            TaskStage.open(
                Map.of(
                    "remuda.tasks.queue",
                    RabbitServer.shared().url(),
                    "remuda.tasks.results",
                    RedisServer.shared().url(),
                    "remuda.tasks.timeout",
                    "15s",
                    "remuda.tasks.queue-settle",
                    "0s"));
        TaskStage.Machine machine = stage.machine()) {
      // given a queue, and in it one task
      try (TaskWorker makesTheQueue = machine.work(TaskContract.CAPITALS)) {
        Eventually.isTrue("it takes tasks", LIMIT, () -> makesTheQueue.health().isEmpty());
        stage.awaitEnd(stage.accept(stage.task("before")));
      }
      TaskEnvelope task = stage.accept(stage.task("deadly"));

      // when whoever takes it dies with it, as often as the queue allows and once more
      long delivered = 0;
      while (delivered < TaskNames.DELIVERY_LIMIT) {
        long seen = takenToItsGrave(stage, task);
        assertThat(seen).as("deliveries before this one").isGreaterThanOrEqualTo(delivered);
        delivered = seen;
      }

      // then it is dead, with the reason, and its end is written down
      DeadTask letter = Eventually.find("it is given up", LIMIT, () -> letter(stage, task));
      assertThat(letter.reason()).contains(TaskNames.DELIVERY_LIMIT + " times");
      TaskRecord record = Eventually.find("it has ended", LIMIT, () -> buried(stage, task));
      assertThat(record.getState()).isEqualTo(TaskState.FAILED);
      assertThat(record.getErrorCode()).isEqualTo(TaskNames.DEAD_LETTERED);
      assertThat(record.getErrorMessage()).isEqualTo(letter.reason());
      assertThat(record.getAttempt()).isZero();

      // and who takes tasks again is not given it
      try (TaskWorker next = machine.work(TaskContract.CAPITALS)) {
        assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
            .isEqualTo(TaskState.DONE);
        assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.FAILED);
      }
      assertThat(get(stage.queue().dropDead(id(task), dead -> done()))).isTrue();
    }
  }

  /** One life and death; answers how often the broker says that it had delivered it before. */
  private static long takenToItsGrave(TaskStage stage, TaskEnvelope task) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(RabbitServer.shared().url());
    factory.setAutomaticRecoveryEnabled(false);
    Connection connection = factory.newConnection();
    try {
      Channel channel = connection.createChannel();
      LinkedBlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
      channel.basicConsume(
          TaskNames.queue(stage.model, stage.fingerprint),
          false,
          (tag, delivery) -> taken.add(delivery),
          tag -> {});
      Delivery delivery = taken.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      while (delivery != null && !TaskEnvelope.parseFrom(delivery.getBody()).equals(task)) {
        // The one before has ended, and its worker went before it could tell the broker.
        channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
        delivery = taken.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      assertThat(delivery).as("the task is delivered").isNotNull();
      Map<String, Object> headers = delivery.getProperties().getHeaders();
      Object before = headers == null ? null : headers.get("x-delivery-count");
      return before instanceof Number count ? count.longValue() : 0;
    } finally {
      connection.abort(CLOSE_MILLIS);
    }
  }

  private static Optional<DeadTask> letter(TaskStage stage, TaskEnvelope task) {
    return get(stage.queue().dead(1_000)).stream()
        .filter(dead -> dead.task().getTaskId().equals(task.getTaskId()))
        .findFirst();
  }

  /** As a gateway does every so often. */
  private static Optional<TaskRecord> buried(TaskStage stage, TaskEnvelope task) {
    get(
        stage
            .queue()
            .bury(
                1_000,
                dead ->
                    dead.task().getTaskId().equals(task.getTaskId()) ? end(stage, dead) : done()));
    return stage.read(task).filter(record -> record.getFinishedAtMillis() > 0);
  }

  private static CompletionStage<?> end(TaskStage stage, DeadTask dead) {
    return stage
        .results()
        .bury(id(dead.task()), dead.task().getRevivals(), dead.reason(), Instant.now());
  }

  private static CompletionStage<?> done() {
    return CompletableFuture.completedStage(null);
  }
}
