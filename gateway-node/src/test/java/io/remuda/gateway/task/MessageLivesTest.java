package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.proto.task.TaskEnvelope;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a broker keeps a task's message that nobody takes. */
class MessageLivesTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @ParameterizedTest
  @CsvSource({
    // A minute beyond the 60 s within which its end is written down.
    "PT1H, 3720000",
    "PT0S, 120000",
    "-PT1M, 60000",
    // One of long ago is not refused for it, and one of far away is within what the broker takes.
    "-PT5M, 1",
    "P365D, 4294967295"
  })
  void lastUntilTwoMinutesAfterItsDeadline(Duration deadline, long millis) {
    TaskEnvelope task =
        TaskEnvelope.newBuilder().setDeadlineMillis(NOW.plus(deadline).toEpochMilli()).build();

    assertThat(RabbitTaskQueue.millisLeft(task, NOW)).isEqualTo(millis);
  }
}
