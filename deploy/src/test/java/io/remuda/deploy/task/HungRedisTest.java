package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The result store hangs: its connections are open, and nothing is answered. */
@Tag("server")
class HungRedisTest {

  @Test
  void aStoreThatHangsTurnsTasksOffUntilItAnswersAgain() {
    RedisServer redis = RedisServer.own();
    try (TaskStage stage =
            TaskStage.open(
                Map.of(
                    "remuda.tasks.queue", RabbitServer.shared().url(),
                    "remuda.tasks.results", redis.url(),
                    "remuda.tasks.timeout", "1s"));
        InstanceStage instance = new InstanceStage(stage, 1, 2, 0)) {
      Eventually.isTrue("it takes tasks", LIMIT, () -> instance.duty.facet().taking());
      stage.awaitEnd(stage.accept(stage.task("a first one, so that there is a queue")));
      TaskEnvelope task = stage.task("held up");
      get(stage.results().submitting(task));

      // when the store hangs while a task comes
      redis.freeze();
      try {
        assertThat(get(stage.queue().publish(task))).isEmpty();

        // then both sides say so, and stay with it though the connection is open
        Eventually.isTrue("tasks are off", LIMIT, () -> !instance.duty.facet().taking());
        assertThat(instance.duty.facet().reason().orElseThrow())
            .contains("has not answered within 1000 ms");
        Eventually.passes(
            "the gateway sees it",
            LIMIT,
            () -> {
              get(stage.results().read(TaskStage.id(task)).handle((found, failure) -> true));
              assertThat(stage.unavailable().orElseThrow().code())
                  .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            });
      } finally {
        redis.thaw();
      }

      // and when it answers, all goes on by itself
      Eventually.isTrue("tasks are on", LIMIT, () -> instance.duty.facet().taking());
      Eventually.isTrue("so is the gateway", LIMIT, () -> stage.unavailable().isEmpty());
      assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE);
    } finally {
      redis.kill();
    }
  }
}
