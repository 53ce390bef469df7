package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.proto.task.TaskEnvelope;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TaskTimesTest {

  private static final TaskTimes TIMES = new TaskTimes(5_000, 2_000);
  private static final TaskEnvelope TASK =
      TaskEnvelope.newBuilder()
          .setCreatedAtMillis(100_000)
          .setDeadlineMillis(130_000)
          .setResultTtlSeconds(7)
          .build();

  @Test
  void aResultLivesAsLongAsItsTaskAsksOrAsIsConfigured() {
    assertThat(TIMES.resultLives(TASK)).isEqualTo(7_000);
    assertThat(TIMES.resultLives(TASK.toBuilder().clearResultTtlSeconds().build()))
        .isEqualTo(5_000);
  }

  @Test
  void aKeyLivesNoShorterThanItsTasksRecord() {
    // One that never ends.
    assertThat(TIMES.keyLives(TASK)).isEqualTo(TaskTimes.openLives(TASK));

    // An end at the deadline, with its result; the slack beyond it in any case.
    long month = Duration.ofDays(30).toSeconds();
    assertThat(TIMES.keyLives(TASK.toBuilder().setResultTtlSeconds(month).build()))
        .isEqualTo(30_000 + 2_000 + month * 1_000);
  }

  @Test
  void aFleetThatWasOffForDaysFindsWhatHasNotEnded() {
    assertThat(TaskTimes.openLives(TASK)).isEqualTo(30_000 + Duration.ofDays(7).toMillis());
  }

  @Test
  void aLostRecordIsMadeAnewAsLongAsItsEndWouldBeKnown() {
    assertThat(TIMES.lostUntil(TASK)).isEqualTo(132_000);
    assertThat(TIMES.lostUntil(TASK.toBuilder().clearDeadlineMillis().build()))
        .isEqualTo(Long.MAX_VALUE);
  }
}
