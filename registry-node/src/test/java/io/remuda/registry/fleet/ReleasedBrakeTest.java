package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A network that is whole again: what came back is looked after at once, and not minutes later. */
class ReleasedBrakeTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);
  private static final Duration HEARD = Duration.ofSeconds(1);
  private static final Duration SILENT = Duration.ofSeconds(20);
  private static final LossBrakePolicy BRAKE =
      new LossBrakePolicy(
          4, 0.5, Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(30));

  @Test
  void theBrakeLetsGoWhenAllMachinesAreHeardAgain() {
    Optional<Instant> held = pulled();

    assertThat(BRAKE.until(List.of(HEARD, HEARD, HEARD, HEARD, HEARD), held, NOW)).isEmpty();
  }

  @Test
  void theBrakeHoldsWhileOneIsSilentAndIsPulledAgainByTheNextLoss() {
    Optional<Instant> held = pulled();

    assertThat(BRAKE.until(List.of(SILENT, HEARD, HEARD, HEARD, HEARD), held, NOW)).isEqualTo(held);
    assertThat(BRAKE.until(List.of(SILENT, SILENT, SILENT, SILENT, HEARD), Optional.empty(), NOW))
        .isPresent();
  }

  private static Optional<Instant> pulled() {
    Optional<Instant> held =
        BRAKE.until(List.of(SILENT, SILENT, SILENT, SILENT, SILENT), Optional.empty(), NOW);
    assertThat(held).isPresent();
    return held;
  }
}
