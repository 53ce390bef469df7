package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What nobody takes out of a broker's queues does not stay there for ever. */
@Tag("server")
class BoundedQueuesTest {

  /** Its own, since its queue of given-up tasks is filled. */
  private static final RabbitServer BROKER = RabbitServer.own();

  private TaskStage stage;

  @BeforeEach
  void open() {
    stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue",
                BROKER.url(),
                "remuda.tasks.results",
                RedisServer.shared().url(),
                "remuda.tasks.queue-settle",
                "0s",
                "remuda.tasks.timeout",
                "15s"));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @AfterAll
  static void stopBroker() {
    BROKER.kill();
  }

  @Test
  void tasksOfAModelThatIsGoneLeaveItsQueueSomeTimeAfterTheirDeadline() throws Exception {
    try (TaskStage.Machine machine = stage.machine()) {
      // given the queue of a model of which no instance is left
      try (TaskWorker makesTheQueue = machine.work(TaskContract.CAPITALS)) {
        Eventually.isTrue("it takes tasks", LIMIT, () -> makesTheQueue.health().isEmpty());
        stage.awaitEnd(stage.accept(stage.task("before")));
        // Its end is written before it is acknowledged. One that is given back now lies before
        // all others, and a queue drops from its head alone.
        Eventually.isTrue("it is acknowledged", LIMIT, () -> makesTheQueue.inFlight() == 0);
      }
      // A consumer that is still there takes what comes and holds it as long as its connection.
      Eventually.isTrue("nobody takes any", LIMIT, () -> consumers() == 0);
      // and in it tasks that are long overdue, and one that may still be run
      Duration overdue = Duration.ofMillis(TaskNames.OVERDUE_MILLIS).minusSeconds(1).negated();
      for (int i = 0; i < 3; i++) {
        assertThat(get(stage.queue().publish(stage.task("late", overdue)))).isEmpty();
      }
      TaskEnvelope inTime = stage.accept(stage.task("in time"));

      // then these leave it, and it alone stays
      Eventually.passes("the queue drops them", LIMIT, () -> assertThat(depth()).isEqualTo(1));
      // and they are no given-up tasks, of which an operator would be told
      assertOnlyGivenUpIs(stage.task("given up behind them"));

      // and a model that comes back runs what may still be run
      try (TaskWorker back = machine.work(TaskContract.CAPITALS)) {
        stage.awaitEnd(inTime);
        assertThat(back.health()).isEmpty();
      }
    }
  }

  @Test
  void ofGivenUpTasksTheNewestAreKept() throws Exception {
    int more = 50;
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      // when more are given up than are kept
      channel.confirmSelect();
      for (int i = 0; i < TaskNames.DEAD_MOST + more; i++) {
        channel.basicPublish(
            TaskNames.DEAD_LETTER_EXCHANGE,
            "",
            rejected(),
            Integer.toString(i).getBytes(StandardCharsets.UTF_8));
      }
      channel.waitForConfirmsOrDie(120_000);

      // then the oldest are gone
      Eventually.passes(
          "it is bounded",
          LIMIT,
          () -> assertThat(get(stage.queue().deadCount())).isEqualTo((long) TaskNames.DEAD_MOST));
      GetResponse oldest = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
      assertThat(new String(oldest.getBody(), StandardCharsets.UTF_8))
          .isEqualTo(Integer.toString(more));

      // and no end of a task is forgotten before it is written down
      assertThat(channel.messageCount(TaskNames.UNBURIED_QUEUE))
          .isEqualTo(TaskNames.DEAD_MOST + more);
      channel.queuePurge(TaskNames.DEAD_LETTER_QUEUE);
      channel.queuePurge(TaskNames.UNBURIED_QUEUE);
    }
  }

  /** This one, which is given up now, is there, and so would be what was given up before it. */
  private void assertOnlyGivenUpIs(TaskEnvelope marker) throws Exception {
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      channel.confirmSelect();
      channel.basicPublish(TaskNames.DEAD_LETTER_EXCHANGE, "", rejected(), marker.toByteArray());
      channel.waitForConfirmsOrDie(LIMIT.toMillis());
      Eventually.passes(
          "it is counted",
          LIMIT,
          () -> assertThat(get(stage.queue().deadCount())).isGreaterThanOrEqualTo(1));
      assertThat(get(stage.queue().dead(10)))
          .extracting(dead -> dead.task().getTaskId())
          .containsExactly(marker.getTaskId());
      assertThat(channel.queuePurge(TaskNames.UNBURIED_QUEUE).getMessageCount()).isEqualTo(1);
      // Whoever read it may not have given it back yet.
      Eventually.passes(
          "it is forgotten",
          LIMIT,
          () ->
              assertThat(channel.queuePurge(TaskNames.DEAD_LETTER_QUEUE).getMessageCount())
                  .isEqualTo(1));
    }
  }

  private static AMQP.BasicProperties rejected() {
    return new AMQP.BasicProperties.Builder()
        .headers(Map.of(TaskNames.DEATH_HEADER, "rejected"))
        .build();
  }

  private long consumers() throws Exception {
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      return channel.consumerCount(TaskNames.queue(stage.model, stage.fingerprint));
    }
  }

  private long depth() {
    return get(stage.queue().depth(stage.model, stage.fingerprint)).orElse(-1);
  }

  private static Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(BROKER.url());
    return factory.newConnection();
  }
}
