package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FleetPoliciesTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);
  private static final LossBrakePolicy BRAKE =
      new LossBrakePolicy(
          4, 0.5, Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(30));

  @Test
  void theBrakeIsPulledBeforeTheFirstOfManyIsGivenUp() {
    assertThat(BRAKE.until(silences(5, 20, 3, 0), Optional.empty(), NOW))
        .hasValue(NOW.plus(Duration.ofMinutes(5)));
  }

  @Test
  void theBrakeStaysOffForFewMachinesAndForLessThanHalf() {
    assertThat(BRAKE.until(silences(3, 20, 0, 0), Optional.empty(), NOW)).isEmpty();
    assertThat(BRAKE.until(silences(4, 20, 4, 0), Optional.empty(), NOW)).isEmpty();
  }

  @Test
  void theBrakeHoldsItsTimeAndIsNotPulledAgainForTheSameLoss() {
    Instant until = NOW.plusSeconds(1);

    assertThat(BRAKE.until(silences(5, 300, 0, 0), Optional.of(until), NOW)).hasValue(until);
    assertThat(BRAKE.until(silences(5, 301, 0, 0), Optional.of(until), NOW.plusSeconds(2)))
        .isEmpty();
  }

  @Test
  void whatAnOperatorGaveUpPullsTheBrakeAgainOnlyAfterItWasHeard() {
    Map<MachineId, Duration> gone = machines(20);
    LossBrake held = LossBrake.OFF.after(BRAKE, gone, NOW);
    assertThat(held.holds()).isTrue();

    LossBrake confirmed = held.confirmedFor(LossBrake.silent(BRAKE, gone));
    assertThat(confirmed.after(BRAKE, machines(25), NOW).holds()).isFalse();

    LossBrake heard = confirmed.after(BRAKE, machines(1), NOW);
    assertThat(heard.confirmed()).isEmpty();
    assertThat(heard.after(BRAKE, gone, NOW).holds()).isTrue();
  }

  private static Map<MachineId, Duration> machines(int seconds) {
    Map<MachineId, Duration> silences = new HashMap<>();
    for (int i = 0; i < 5; i++) {
      silences.put(new MachineId("m" + i), Duration.ofSeconds(seconds));
    }
    return silences;
  }

  @Test
  void aMemberFlapsWhenItChangesOftenEnoughWithinTheWindow() {
    FlapPolicy policy = new FlapPolicy(3, Duration.ofSeconds(60));
    List<Instant> slow = List.of();
    List<Instant> quick = List.of();
    for (int i = 0; i < 3; i++) {
      slow = policy.withChange(slow, NOW.plusSeconds(40L * i));
      quick = policy.withChange(quick, NOW.plusSeconds(10L * i));
    }

    assertThat(policy.isFlapping(slow)).isFalse();
    assertThat(policy.isFlapping(quick)).isTrue();
  }

  private static List<Duration> silences(int gone, int goneSeconds, int here, int hereSeconds) {
    return Stream.concat(
            Collections.nCopies(gone, Duration.ofSeconds(goneSeconds)).stream(),
            Collections.nCopies(here, Duration.ofSeconds(hereSeconds)).stream())
        .toList();
  }
}
