package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where a model's file is decides among machines that are as good as each other. */
class LocalityTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final MachineId M2 = new MachineId("m2");
  private static final MachineId M3 = new MachineId("m3");
  private static final FleetSnapshot ALIKE =
      SchedulerTest.fleet(Reports.of("m1"), Reports.of("m2"), Reports.of("m3"));

  @Test
  void aMachineThatHasTheFileIsPreferredToOneThatHasItNot() {
    Locality files = Locality.UNKNOWN.of(1).lacks(M1).has(M3);

    assertThat(drawn(ALIKE, files)).containsExactly(M3);
  }

  @Test
  void oneThatWasNeverAskedIsPreferredToOneThatHasItNot() {
    Locality files = Locality.UNKNOWN.of(1).lacks(M1).lacks(M2);

    assertThat(drawn(ALIKE, files)).containsExactly(M3);
  }

  @Test
  void whereNoneIsKnownToLackItTheDrawDecides() {
    assertThat(drawn(ALIKE, Locality.UNKNOWN.of(1).has(M1))).hasSizeGreaterThan(1);
  }

  @Test
  void aBetterScoreCountsForMore() {
    FleetSnapshot fleet =
        SchedulerTest.fleet(
            Reports.of("m1").memory(16_000, 8_000), Reports.of("m2"), Reports.of("m3"));

    assertThat(drawn(fleet, Locality.UNKNOWN.of(1).lacks(M1).has(M2))).containsExactly(M1);
  }

  @Test
  void whatIsKnownOfAnotherRevisionIsForgotten() {
    assertThat(Locality.UNKNOWN.of(1).lacks(M1).of(2)).isEqualTo(Locality.UNKNOWN.of(2));
    assertThat(Locality.UNKNOWN.of(1).lacks(M1).has(M1).lacking()).isEmpty();
  }

  /** All that is chosen by many draws. */
  private static Set<MachineId> drawn(FleetSnapshot fleet, Locality files) {
    Need need =
        new Need(
            aSpec().build(),
            new Resources(0, 100, 0, 0),
            new JournalId("journal-1"),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            files,
            Duration.ofSeconds(3));
    return IntStream.range(0, 30)
        .mapToObj(seed -> Scheduler.place(fleet, need, new Random(seed)).machine().orElseThrow())
        .collect(Collectors.toSet());
  }
}
