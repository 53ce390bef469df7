package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tasks in RabbitMQ, their results in Redis. */
class RabbitRedisTasksTest extends TaskContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }

  @Test
  void aTaskThatNoQueueTakesIsNeverConfirmed() {
    // given no worker, so that nobody has declared the queue
    // when a task is published
    var refused = get(stage.queue().publish(stage.task("lost?")));

    // then it is refused, although the broker confirms what it cannot route
    assertThat(refused).isPresent();
    assertThat(refused.get().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(refused.get().message()).contains("has no queue yet");
    assertThat(get(stage.queue().depth(stage.model, stage.fingerprint))).isEmpty();
  }
}
