package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskWaitingTest {

  private static final Duration LEAST = Duration.ofMillis(3);
  private static final Duration LONGEST = Duration.ofMillis(500);

  @ParameterizedTest
  @ValueSource(longs = {1, 5, 20, 60, 90, 400, 1_500})
  void anEndIsSeenByAQuarterOfItsTimeLater(long endsAfterMillis) {
    Duration end = Duration.ofMillis(endsAfterMillis);
    Duration seen = Duration.ZERO;
    while (seen.compareTo(end) < 0) {
      seen = seen.plus(TaskWaiting.untilNextLook(seen, LEAST, LONGEST));
    }

    Duration quarter = end.dividedBy(4);
    assertThat(seen.minus(end)).isLessThanOrEqualTo(quarter.compareTo(LEAST) < 0 ? LEAST : quarter);
  }

  @Test
  void aLongWaitCostsTwoReadsASecond() {
    int looks = 0;
    Duration waited = Duration.ZERO;
    while (waited.compareTo(Duration.ofMinutes(1)) < 0) {
      waited = waited.plus(TaskWaiting.untilNextLook(waited, LEAST, LONGEST));
      looks++;
    }

    assertThat(looks).isBetween(120, 160);
  }
}
