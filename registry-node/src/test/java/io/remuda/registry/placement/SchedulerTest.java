package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SchedulerTest {

  @Test
  void namesMachineNeedFreeAndWhatToDo() {
    Verdict verdict =
        verdict(
            need(aSpec(), new Resources(24_000, 0, 0, 1)),
            Reports.of("gpu-03").gpu(24_576, 16_384, 0));

    assertThat(verdict.predicate()).isEqualTo("gpu-memory");
    assertThat(verdict.everFits()).isTrue();
    assertThat(verdict.text())
        .isEqualTo(
            "needs 1 GPU with 24000 MiB, gpu-03 (host-gpu-03) has free 1 GPU with at most 8192"
                + " MiB; stop or shrink something there, or add a machine");
  }

  @Test
  void tellsWhatNeverFitsFromWhatDoesNotFitNow() {
    Resources claim = new Resources(0, 9_000, 0, 0);

    assertThat(verdict(need(aSpec(), claim), Reports.of("m1").memory(8_000, 0)).everFits())
        .isFalse();
    assertThat(verdict(need(aSpec(), claim), Reports.of("m1").memory(16_000, 10_000)).everFits())
        .isTrue();
  }

  @Test
  void neverSplitsOneGpusClaimOverTwo() {
    Verdict verdict =
        verdict(
            need(aSpec(), new Resources(24_000, 0, 0, 1)),
            Reports.of("m1").gpu(16_000, 0, 0).gpu(16_000, 0, 0));

    assertThat(verdict.fits()).isFalse();
  }

  @Test
  void spansAsManyGpusAsAreAsked() {
    Verdict verdict =
        verdict(
            need(aSpec(), new Resources(24_000, 0, 0, 2)),
            Reports.of("m1").gpu(16_000, 0, 0).gpu(16_000, 0, 0));

    assertThat(verdict.fits()).isTrue();
  }

  @Test
  void wantsTheEngineTheLabelsAndAnOpenDoor() {
    Resources none = Resources.NONE;

    assertThat(verdict(need(aSpec().on("vllm"), none), Reports.of("m1")).predicate())
        .isEqualTo("engine");
    assertThat(
            verdict(need(aSpec().on("vllm"), none), Reports.of("m1").engine("vllm", false)).text())
        .contains("its program is missing");
    assertThat(verdict(need(aSpec().labelled("zone", "a"), none), Reports.of("m1")).predicate())
        .isEqualTo("labels");
    assertThat(
            verdict(
                    need(aSpec().labelled("zone", "a"), none),
                    Reports.of("m1").labels(Map.of("zone", "a")))
                .fits())
        .isTrue();
    assertThat(verdict(need(aSpec(), none), Reports.of("m1").cordoned()).predicate())
        .isEqualTo("cordon");
    assertThat(verdict(need(aSpec(), none), Reports.of("m1").settled(false)).predicate())
        .isEqualTo("settled");
    assertThat(verdict(need(aSpec(), none), Reports.of("m1").obeying("other")).predicate())
        .isEqualTo("journal");
    assertThat(verdict(need(aSpec(), new Resources(0, 0, 9, 0)), Reports.of("m1").cpus(8)).text())
        .contains("needs 9 cores", "has in all 8");
  }

  @Test
  void keepsReplicasApart() {
    Need need = need(aSpec().apart(), Resources.NONE);
    FleetSnapshot fleet = fleet(Reports.of("m1"), Reports.of("m2"));

    MachineId first = place(fleet, need, 1).orElseThrow();
    MachineId second = place(fleet, need.after(first), 1).orElseThrow();

    assertThat(second).isNotEqualTo(first);
    assertThat(place(fleet, need.after(first).after(second), 1)).isEmpty();
  }

  @Test
  void binpackFillsOneMachineAndSpreadUsesAll() {
    FleetSnapshot fleet =
        fleet(
            Reports.of("m1").memory(10_000, 5_000),
            Reports.of("m2").memory(10_000, 0),
            Reports.of("m3").memory(10_000, 2_000));
    Resources claim = new Resources(0, 1_000, 0, 0);

    Need packed = need(aSpec(), claim);
    Need spread = need(aSpec().spread(), claim);
    for (int i = 0; i < 3; i++) {
      MachineId machine = place(fleet, packed, i).orElseThrow();
      assertThat(machine).isEqualTo(new MachineId("m1"));
      packed = packed.after(machine);
    }
    java.util.Set<MachineId> used = new java.util.TreeSet<>();
    for (int i = 0; i < 3; i++) {
      MachineId machine = place(fleet, spread, i).orElseThrow();
      used.add(machine);
      spread = spread.after(machine);
    }
    assertThat(used).hasSize(3);
  }

  @Test
  void drawsAmongEqualsSoThatManyPlacersDoNotMeet() {
    FleetSnapshot fleet = fleet(Reports.of("m1"), Reports.of("m2"), Reports.of("m3"));
    Need need = need(aSpec(), Resources.NONE);

    List<MachineId> drawn =
        java.util.stream.IntStream.range(0, 40)
            .mapToObj(seed -> place(fleet, need, seed).orElseThrow())
            .distinct()
            .toList();

    assertThat(drawn).hasSizeGreaterThan(1);
  }

  private static java.util.Optional<MachineId> place(FleetSnapshot fleet, Need need, int seed) {
    return Scheduler.place(fleet, need, new Random(seed)).machine();
  }

  private static Verdict verdict(Need need, Reports report) {
    return Scheduler.verdicts(fleet(report), need).get(0);
  }

  static Need need(Specs spec, Resources claim) {
    return new Need(
        spec.build(),
        claim,
        new JournalId("journal-1"),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Locality.UNKNOWN,
        Duration.ofSeconds(3));
  }

  static FleetSnapshot fleet(Reports... reports) {
    return FleetSnapshot.of(
        Duration.ofHours(1),
        false,
        Arrays.stream(reports)
            .map(
                r ->
                    new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, r.build()))
            .toList());
  }
}
