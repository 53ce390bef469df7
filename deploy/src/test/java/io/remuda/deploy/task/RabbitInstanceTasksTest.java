package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Admission.Permit;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** An instance, tasks in RabbitMQ and results in Redis. */
class RabbitInstanceTasksTest extends InstanceTasksContract {

  // Its own, since a test ends and starts them; started once for all of them.
  private static final RabbitServer BROKER = RabbitServer.own();
  private static final RedisServer REDIS = RedisServer.own();

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
  void saysThatABrokerOrStoreIsAwayAndComesBackByItself() {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 0)) {
      Eventually.isTrue("it takes tasks", LIMIT, () -> instance.duty.facet().taking());

      BROKER.stop();
      Eventually.isTrue("tasks are off", LIMIT, () -> !instance.duty.facet().taking());
      assertThat(instance.duty.facet().reason().orElseThrow()).contains("broker");
      // synchronous calls go on
      Permit call = instance.gate.tryAcquire().orElseThrow();
      call.release();

      BROKER.restart();
      Eventually.isTrue(
          "tasks are on", Duration.ofSeconds(60), () -> instance.duty.facet().taking());
      assertThat(stage.awaitEnd(stage.accept(stage.task("after the broker"))).getState())
          .isEqualTo(TaskState.DONE);

      REDIS.kill();
      Eventually.isTrue("tasks are off", LIMIT, () -> !instance.duty.facet().taking());
      assertThat(instance.duty.facet().reason().orElseThrow()).isNotBlank();
      REDIS.restart();
      Eventually.isTrue(
          "tasks are on", Duration.ofSeconds(60), () -> instance.duty.facet().taking());
      assertThat(stage.awaitEnd(stage.accept(stage.task("after the store"))).getState())
          .isEqualTo(TaskState.DONE);
    }
  }
}
