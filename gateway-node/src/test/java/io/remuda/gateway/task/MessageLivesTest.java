package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.proto.task.TaskEnvelope;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a broker keeps a task's message that nobody takes. */
class MessageLivesTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @ParameterizedTest
  @CsvSource({
    "PT1H, 90000000",
    "PT0S, 86400000",
    "-PT23H, 3600000",
    // One of long ago is not refused for it.
    "-P2D, 1",
    // The last that the broker can be told.
    "P48DT17H2M47.295S, 4294967295"
  })
  void lastUntilADayAfterItsDeadline(Duration deadline, String millis) {
    assertThat(RabbitTaskQueue.expiration(due(NOW.plus(deadline)), NOW)).contains(millis);
  }

  @Test
  void neverEndBeforeADeadlineThatTheBrokerCannotBeTold() {
    Instant later = NOW.plus(Duration.parse("P48DT17H2M47.296S"));

    assertThat(RabbitTaskQueue.expiration(due(later), NOW)).isEmpty();
  }

  @Test
  void haveNoEndWithoutADeadline() {
    assertThat(RabbitTaskQueue.expiration(TaskEnvelope.getDefaultInstance(), NOW)).isEmpty();
  }

  private static TaskEnvelope due(Instant deadline) {
    return TaskEnvelope.newBuilder().setDeadlineMillis(deadline.toEpochMilli()).build();
  }
}
