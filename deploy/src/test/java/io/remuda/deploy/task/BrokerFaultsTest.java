package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.task.TaskRefusal;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The broker takes no messages, or ends its connections. */
@Tag("server")
class BrokerFaultsTest {

  @Test
  void aBrokerThatTakesNoMessagesIsToldAndNotWaitedFor() {
    RabbitServer rabbit = RabbitServer.own();
    try (TaskStage stage = stage(rabbit);
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      stage.accept(stage.task("before"));

      // when the broker is low on disk
      rabbit.refuseMessages(true);

      // then a submit is refused with the reason, and soon without waiting
      Eventually.passes(
          "submits are refused for it",
          LIMIT,
          () -> {
            Optional<Refused> refused = get(stage.queue().publish(stage.task("refused")));
            assertThat(refused).isPresent();
            assertThat(refused.get().message()).contains("takes no messages");
          });
      assertThat(stage.unavailable().orElseThrow().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);

      // when there is room again
      rabbit.refuseMessages(false);

      // then tasks are accepted and run
      assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
          .isEqualTo(TaskState.DONE);
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    } finally {
      rabbit.kill();
    }
  }

  @Test
  void allConnectionsAreMadeAnewWhenTheyAreCut() {
    try (UnconfirmedLink link = link(() -> {});
        TaskStage stage = stage(link.url());
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      stage.awaitEnd(stage.accept(stage.task("before")));

      // when all connections end
      link.cut();

      // then tasks are accepted and run again
      assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
          .isEqualTo(TaskState.DONE);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aConnectionThatConfirmsNothingIsMadeAnew() {
    AtomicInteger kept = new AtomicInteger();
    // Far above the patience with a silent broker, which is to be over first.
    try (UnconfirmedLink link = link(kept::incrementAndGet);
        TaskStage stage = stage(link.url(), "20s");
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      stage.awaitEnd(stage.accept(stage.task("before")));

      // when what the broker confirms does not come any more
      link.keepConfirms();
      TaskEnvelope unconfirmed = stage.task("unconfirmed");
      get(stage.results().submitting(unconfirmed));
      // A failure: nobody says that the broker has not got it.
      Optional<Refused> refused =
          get(
              stage
                  .queue()
                  .publish(unconfirmed)
                  .handle((answer, failure) -> Optional.ofNullable(failure).map(TaskRefusal::of)));

      // then who waits is told to send again, and a new connection confirms
      assertThat(kept).hasPositiveValue();
      assertThat(refused).isPresent();
      assertThat(refused.get().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(refused.get().message()).contains("confirms nothing");
      stage.accept(unconfirmed);
      assertThat(stage.awaitEnd(unconfirmed).getState()).isEqualTo(TaskState.DONE);
      Eventually.isTrue("it is well", LIMIT, () -> stage.unavailable().isEmpty());
      Eventually.isTrue("so is the worker", LIMIT, () -> worker.health().isEmpty());
    }
  }

  private static UnconfirmedLink link(Runnable onKept) {
    RabbitServer broker = RabbitServer.shared();
    return new UnconfirmedLink(broker.host(), broker.port(), onKept);
  }

  private static TaskStage stage(RabbitServer rabbit) {
    return stage(rabbit.url());
  }

  private static TaskStage stage(String address) {
    return stage(address, "3s");
  }

  private static TaskStage stage(String address, String timeout) {
    return TaskStage.open(
        Map.of(
            "remuda.tasks.queue",
            address,
            "remuda.tasks.results",
            RedisServer.shared().url(),
            "remuda.tasks.timeout",
            timeout));
  }
}
