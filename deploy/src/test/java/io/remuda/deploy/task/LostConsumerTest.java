package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The broker has lost a consumer whose connection lives, or does not let it come back. */
@Tag("server")
@Tag("slow")
class LostConsumerTest {

  /** Two looks of the watchdog, a connection's first time, and a machine that stands still. */
  private static final Duration NOTICED = Duration.ofSeconds(60);

  /** Long enough for several tries to consume. */
  private static final Duration TRIES = Duration.ofSeconds(3);

  /**
   * Takes the only consumer of a quorum queue away from within the broker, which tells nobody;
   * fails when there was none or it stays.
   */
  private static final String FORGET =
      """
      Name = rabbit_misc:r(<<"/">>, queue, <<"%s">>),
      {ok, Queue} = rabbit_amqqueue:lookup(Name),
      [Consumer] = rabbit_amqqueue:consumers(Queue),
      Id = {element(2, Consumer), element(1, Consumer)},
      {ok, _, _} = ra:process_command(
          amqqueue:get_pid(Queue), rabbit_fifo:make_checkout(Id, cancel, #{})),
      [] = rabbit_amqqueue:consumers(Queue).
      """;

  private static RabbitServer broker;

  private TaskStage stage;

  @BeforeAll
  static void startBroker() {
    broker = RabbitServer.own();
  }

  @AfterAll
  static void endBroker() {
    if (broker != null) {
      broker.kill();
    }
  }

  @BeforeEach
  void open() {
    stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue",
                broker.url(),
                "remuda.tasks.results",
                RedisServer.shared().url(),
                "remuda.tasks.timeout",
                "3s",
                "remuda.tasks.queue-settle",
                "0s"));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private String queue() {
    return TaskNames.queue(stage.model, stage.fingerprint);
  }

  @Test
  void aConsumerThatIsForgottenInSilenceIsMadeAnew() throws Exception {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 8);
        Connection asking = connect();
        Channel channel = asking.createChannel()) {
      assertThat(stage.awaitEnd(stage.accept(stage.task("before"))).getState())
          .isEqualTo(TaskState.DONE);

      // when the broker does not know of the consumer any more, and the consumer not of that
      broker.control("eval", FORGET.formatted(queue()).replace("\n", " "));
      List<TaskEnvelope> tasks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        tasks.add(stage.accept(stage.task("t" + i)));
      }

      // then it is noticed, and what waited is done
      Eventually.isTrue(
          "there is a consumer again",
          NOTICED,
          () -> channel.queueDeclarePassive(queue()).getConsumerCount() == 1);
      tasks.forEach(task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
      Eventually.isTrue("it takes tasks", LIMIT, () -> instance.duty.facet().taking());
    }
  }

  @Test
  void aQueueThatCannotBeReadTurnsTasksOffUntilItCan() throws Exception {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 8);
        Connection other = connect();
        Channel channel = other.createChannel()) {
      assertThat(stage.awaitEnd(stage.accept(stage.task("before"))).getState())
          .isEqualTo(TaskState.DONE);
      Eventually.isTrue("it takes tasks", LIMIT, () -> instance.duty.facet().taking());

      // when somebody puts a queue of another kind in the place of its own
      Eventually.passes(
          "the other queue is there",
          LIMIT,
          () -> {
            try (Channel each = other.createChannel()) {
              each.queueDelete(queue());
              each.queueDeclare(queue(), true, false, false, Map.of());
            }
          });

      // then it says why there are no tasks, and at no try from then on that there are
      Eventually.isTrue("tasks are off for it", LIMIT, () -> reason(instance).contains("declared"));
      AtomicBoolean on = new AtomicBoolean();
      long until = System.nanoTime() + TRIES.toNanos();
      Eventually.isTrue(
          "it has tried again",
          LIMIT,
          () -> {
            on.compareAndSet(false, instance.duty.facet().taking());
            return System.nanoTime() - until > 0;
          });
      assertThat(on).isFalse();
      assertThat(reason(instance)).contains("broker", "declared");

      // when it is gone, tasks are on by themselves
      channel.queueDelete(queue());
      Eventually.isTrue("tasks are on", NOTICED, () -> instance.duty.facet().taking());
      assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
          .isEqualTo(TaskState.DONE);
    }
  }

  private static String reason(InstanceStage instance) {
    return instance.duty.facet().reason().orElse("");
  }

  private static Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.url());
    return factory.newConnection();
  }
}
