package io.remuda.registry.standing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClockPolicyTest {

  private static final long ASKED = 1_000_000_000;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final ClockPolicy policy = new ClockPolicy(Duration.ofMinutes(1));

  @Test
  void aClockThatIsAnHourAheadOrBehindIsOff() {
    assertThat(policy.off(ASKED, ASKED + 20, ASKED + 10 + HOUR))
        .hasValueSatisfying(off -> assertThat(off).isBetween(minutes(59), minutes(60)));
    assertThat(policy.off(ASKED, ASKED + 20, ASKED + 10 - HOUR))
        .hasValueSatisfying(off -> assertThat(off).isBetween(minutes(-60), minutes(-59)));
  }

  @Test
  void whatIsWithinTheLimitIsNot() {
    assertThat(policy.off(ASKED, ASKED + 20, ASKED + 50_000)).isEmpty();
    assertThat(policy.off(ASKED, ASKED + 20, ASKED - 50_000)).isEmpty();
  }

  @Test
  void anAnswerThatTookLongIsNotHeldAgainstTheClock() {
    long answered = ASKED + Duration.ofMinutes(10).toMillis();

    assertThat(policy.off(ASKED, answered, ASKED)).isEmpty();
    assertThat(policy.off(ASKED, answered, answered)).isEmpty();
    assertThat(policy.off(ASKED, answered, answered + HOUR)).isPresent();
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }
}
