package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoliciesTest {

  private static final Optional<Duration> NEVER = Optional.empty();

  @Test
  void boundsThatHoldNothingAreRefused() {
    assertThatThrownBy(() -> new Scaling(3, 2, NEVER, 1, NEVER))
        .hasMessageContaining("not from 3 to 2");
    assertThatThrownBy(() -> new Scaling(-1, 2, NEVER, 1, NEVER)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new Scaling(0, 0, NEVER, 1, NEVER)).hasMessageContaining("0 to 0");
    assertThatThrownBy(() -> new Scaling(0, 1, NEVER, 0, NEVER))
        .hasMessageContaining("queueTarget");
    assertThatThrownBy(() -> new Scaling(0, 1, Optional.of(Duration.ZERO), 1, NEVER))
        .hasMessageContaining("longer than nothing");
  }

  @Test
  void whatKeepsAnInstanceNeverSleeps() {
    assertThatThrownBy(() -> new Scaling(1, 2, Optional.of(Duration.ofMinutes(1)), 1, NEVER))
        .hasMessageContaining("never sleeps");
  }

  @Test
  void aWishOutsideOfTheBoundsIsTheNearestWithin() {
    Scaling bounds = new Scaling(1, 4, NEVER, 1, NEVER);

    assertThat(bounds.clamp(0)).isEqualTo(1);
    assertThat(bounds.clamp(3)).isEqualTo(3);
    assertThat(bounds.clamp(9)).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void aStrategyIsReadBackFromItsWord(RolloutWish.Strategy strategy) {
    assertThat(RolloutWish.Strategy.of(strategy.word())).isEqualTo(strategy);
  }

  @Test
  void anUnknownStrategyIsToldWhichThereAre() {
    assertThatThrownBy(() -> RolloutWish.Strategy.of("bluegreen"))
        .hasMessage("'bluegreen' is no strategy: use auto, surge, recreate-when-idle or recreate");
  }
}
