package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the broker returns, when one task is on its way several times. */
@Tag("server")
class ReturnedTasksTest {

  private static final int TASKS = 100;
  private static final int AT_ONCE = 8;

  @Test
  void aTaskThatIsSentSeveralTimesAtOnceIsConfirmedToNobodyWhileNoQueueTakesIt() {
    try (TaskStage stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue", RabbitServer.shared().url(),
                "remuda.tasks.results", RedisServer.shared().url()))) {
      for (int i = 0; i < TASKS; i++) {
        // given no worker, so that nobody has declared the queue
        TaskEnvelope task = stage.task("task " + i);

        // when clients with the same idempotency key, or two that drive a batch, send it at once
        List<CompletionStage<Optional<Refused>>> answers = new ArrayList<>();
        for (int each = 0; each < AT_ONCE; each++) {
          answers.add(stage.queue().publish(task));
        }

        // then each of them hears that it is in no queue
        assertThat(answers)
            .as("task %s", i)
            .allSatisfy(
                answer ->
                    assertThat(get(answer).map(Refused::code))
                        .contains(ErrorCode.STORE_UNAVAILABLE));
      }
    }
  }
}
