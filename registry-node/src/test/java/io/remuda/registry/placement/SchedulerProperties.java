package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.testing.Reports;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What must never happen, whatever the fleet looks like. */
class SchedulerProperties {

  record Box(long memoryMiB, long reservedMiB, List<Long> gpus, boolean cordoned) {}

  @Property(tries = 300)
  void noMachineIsEverOvercommitted(
      @ForAll("fleets") List<Box> boxes, @ForAll("claims") Resources claim, @ForAll long seed) {
    FleetSnapshot fleet = fleet(boxes);
    Need need = SchedulerTest.need(aSpec(), claim);
    Map<MachineId, Room> left = new HashMap<>();
    fleet.machines().forEach((id, m) -> left.put(id, Room.free(m.report().capacity())));

    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      Optional<MachineId> machine = Scheduler.place(fleet, need, random).machine();
      if (machine.isEmpty()) {
        break;
      }
      Room room = java.util.Objects.requireNonNull(left.get(machine.get()));
      assertThat(room.holds(claim)).as("room for %s on %s", claim, machine.get()).isTrue();
      left.put(machine.get(), room.minus(claim));
      need = need.after(machine.get());
    }
  }

  @Property(tries = 200)
  void theSameSeedChoosesTheSameMachine(
      @ForAll("fleets") List<Box> boxes, @ForAll("claims") Resources claim, @ForAll long seed) {
    Need need = SchedulerTest.need(aSpec().spread(), claim);

    assertThat(Scheduler.place(fleet(boxes), need, new Random(seed)))
        .isEqualTo(Scheduler.place(fleet(boxes), need, new Random(seed)));
  }

  @Property(tries = 200)
  void everyMachineGetsAVerdictAndAClosedOneIsNeverChosen(
      @ForAll("fleets") List<Box> boxes, @ForAll("claims") Resources claim, @ForAll long seed) {
    FleetSnapshot fleet = fleet(boxes);

    Scheduler.Placement placement =
        Scheduler.place(fleet, SchedulerTest.need(aSpec(), claim), new Random(seed));

    assertThat(placement.verdicts()).hasSize(boxes.size());
    assertThat(placement.verdicts()).allSatisfy(v -> assertThat(v.text()).isNotBlank());
    placement
        .machine()
        .ifPresent(id -> assertThat(fleet.machine(id).orElseThrow().report().cordoned()).isFalse());
    assertThat(placement.machine().isPresent())
        .isEqualTo(placement.verdicts().stream().anyMatch(v -> v.fits()));
  }

  @Property(tries = 200)
  void whatFitsNowFitsEver(@ForAll("fleets") List<Box> boxes, @ForAll("claims") Resources claim) {
    assertThat(Scheduler.verdicts(fleet(boxes), SchedulerTest.need(aSpec(), claim)))
        .allSatisfy(v -> assertThat(!v.fits() || v.everFits()).isTrue());
  }

  @Provide
  Arbitrary<List<Box>> fleets() {
    Arbitrary<Long> gpu = Arbitraries.longs().between(0, 50_000);
    return Combinators.combine(
            Arbitraries.longs().between(0, 64_000),
            Arbitraries.longs().between(0, 64_000),
            gpu.list().ofMaxSize(4),
            Arbitraries.of(false, false, true))
        .as(Box::new)
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<Resources> claims() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 30_000),
            Arbitraries.longs().between(0, 30_000),
            Arbitraries.integers().between(0, 3))
        .as((gpu, memory, gpus) -> new Resources(gpus == 0 ? 0 : gpu, memory, 0.5, gpus));
  }

  private static FleetSnapshot fleet(List<Box> boxes) {
    Reports[] reports = new Reports[boxes.size()];
    for (int i = 0; i < reports.length; i++) {
      Box box = boxes.get(i);
      Reports report = Reports.of("m" + i).memory(box.memoryMiB(), box.reservedMiB());
      box.gpus().forEach(mib -> report.gpu(mib, 0, 0));
      reports[i] = box.cordoned() ? report.cordoned() : report;
    }
    return SchedulerTest.fleet(reports);
  }
}
