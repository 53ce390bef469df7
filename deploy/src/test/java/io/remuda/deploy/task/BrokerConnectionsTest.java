package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskSlots;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many connections each node holds to the broker, however much it has to do there. */
@Tag("server")
class BrokerConnectionsTest {

  @Test
  void aGatewayPublishesOverOneAndAsksOverOneAndAMachineReadsEachQueueOverOneAndAsksOverOne() {
    RabbitServer broker = RabbitServer.shared();
    try (UnconfirmedLink link = new UnconfirmedLink(broker.host(), broker.port(), () -> {});
        TaskStage stage =
            TaskStage.open(
                Map.of(
                    "remuda.tasks.queue", link.url(),
                    "remuda.tasks.results", RedisServer.shared().url()))) {
      // when a gateway has asked all that it ever asks
      Eventually.passes(
          "the broker answers",
          LIMIT,
          () -> {
            get(stage.queue().depth(stage.model, stage.fingerprint));
            get(stage.queue().dead(1));
          });
      open(link, 2);

      // and a machine reads two queues, into which its watchdog has let tasks be published
      try (TaskStage.Machine machine = stage.machine();
          TaskWorker worker =
              new TaskWorker(
                  machine.source(),
                  machine.claims(),
                  stage.model,
                  stage.fingerprint,
                  List.of("earlier" + stage.fingerprint),
                  16,
                  TaskSlots.unlimited(),
                  TaskContract.CAPITALS,
                  stage.settings())) {
        assertThat(stage.awaitEnd(stage.accept(stage.task("first"))).getState())
            .isEqualTo(TaskState.DONE);
        Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
        open(link, 2 + 2 + 1);
        get(worker.drain());
      }
    }
  }

  private static void open(UnconfirmedLink link, int connections) {
    Eventually.passes(
        "so many are open", LIMIT, () -> assertThat(link.open()).isEqualTo(connections));
  }
}
