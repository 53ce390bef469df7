package io.remuda.registry.placement;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The fleet as it would be: a snapshot after starts, stops and departures that nobody has ordered.
 *
 * <p>A machine gives and takes back as its own ledger does: of the fullest GPUs that have the room,
 * the one with the lower UUID where two are as full.
 */
public final class Imagined {

  private Imagined() {}

  /** An operator drains the machine or the GPU, or it is lost. */
  public static FleetSnapshot left(FleetSnapshot fleet, Departure departure, Duration lostAfter) {
    return changed(
        fleet,
        departure.machine(),
        machine ->
            switch (departure.kind()) {
              case DRAIN ->
                  departure
                      .gpu()
                      .map(uuid -> drained(machine, uuid))
                      .orElseGet(() -> drained(machine));
              case LOSE -> lost(machine, lostAfter);
            });
  }

  private static Machine drained(Machine machine) {
    NodeReport said = machine.report();
    return new Machine(
        machine.reachable(),
        true,
        machine.drainingGpus(),
        machine.silence(),
        machine.unanswered(),
        said.with(true, said.capacity(), said.instances()));
  }

  private static Machine drained(Machine machine, String uuid) {
    NodeReport said = machine.report();
    Set<String> gpus = new TreeSet<>(machine.drainingGpus());
    gpus.add(uuid);
    Capacity closed =
        with(
            said.capacity(),
            said.capacity().gpus().stream()
                .map(gpu -> gpu.uuid().equals(uuid) ? gpu.withCordon(true) : gpu)
                .toList());
    return new Machine(
        machine.reachable(),
        machine.draining(),
        gpus,
        machine.silence(),
        machine.unanswered(),
        said.with(said.cordoned(), closed, said.instances()));
  }

  private static Machine lost(Machine machine, Duration lostAfter) {
    Duration silence = lostAfter.plusSeconds(1);
    return new Machine(
        false, machine.draining(), machine.drainingGpus(), silence, silence, machine.report());
  }

  /** {@code machine} runs {@code report} from now on, and has promised it what it claims. */
  public static FleetSnapshot started(
      FleetSnapshot fleet, MachineId machine, InstanceReport report) {
    return changed(
        fleet,
        machine,
        there -> {
          Capacity before = there.report().capacity();
          Set<String> gpus = fullest(before, report.claim());
          List<InstanceReport> all = without(there, report.id());
          all.add(report.withGpus(gpus));
          return saying(there, promised(before, report.claim(), gpus, 1), all);
        });
  }

  /** Other names have taken and given back what {@code shifts} say, in this order. */
  public static FleetSnapshot after(FleetSnapshot fleet, List<Shift> shifts) {
    FleetSnapshot all = fleet;
    for (Shift shift : shifts) {
      all =
          shift.taken()
              ? started(all, shift.machine(), strange(shift))
              : ended(all, shift.machine(), shift.id());
    }
    return all;
  }

  /** What is known of an instance of another name: that it serves, and what it claims. */
  private static InstanceReport strange(Shift shift) {
    return new InstanceReport(
        shift.id(),
        shift.id().number(),
        1,
        Phase.READY,
        InstanceReport.Origin.ASSIGNED,
        "",
        OptionalLong.empty(),
        OptionalInt.empty(),
        1,
        0,
        0,
        0,
        Optional.empty(),
        OptionalDouble.empty(),
        shift.claim(),
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** {@code id} has ended on {@code machine}, which has back what it was promised. */
  public static FleetSnapshot ended(FleetSnapshot fleet, MachineId machine, InstanceId id) {
    return changed(
        fleet,
        machine,
        there -> {
          Optional<InstanceReport> known =
              there.instance(id).filter(report -> report.phase() != Phase.ENDED);
          if (known.isEmpty()) {
            return there;
          }
          List<InstanceReport> all = without(there, id);
          all.add(known.get().restingIn(Phase.ENDED));
          Capacity after =
              promised(
                  there.report().capacity(),
                  known.get().claim(),
                  heldOf(there.report().capacity(), known.get()),
                  -1);
          return saying(there, after, all);
        });
  }

  /** {@code machine} says {@code next} of those of its instances that it is given. */
  public static FleetSnapshot told(
      FleetSnapshot fleet, MachineId machine, UnaryOperator<InstanceReport> next) {
    return changed(
        fleet,
        machine,
        there ->
            saying(
                there,
                there.report().capacity(),
                there.report().instances().stream().map(next).toList()));
  }

  private static FleetSnapshot changed(
      FleetSnapshot fleet, MachineId machine, UnaryOperator<Machine> change) {
    return fleet.machine(machine).map(there -> fleet.with(change.apply(there))).orElse(fleet);
  }

  private static Machine saying(Machine there, Capacity now, List<InstanceReport> instances) {
    return there.saying(there.report().with(there.report().cordoned(), now, instances));
  }

  private static List<InstanceReport> without(Machine machine, InstanceId id) {
    return new ArrayList<>(
        machine.report().instances().stream().filter(one -> !one.id().equals(id)).toList());
  }

  /** The GPUs that the machine would give to {@code claim}. */
  private static Set<String> fullest(Capacity capacity, Resources claim) {
    long share = Room.gpuShare(claim);
    return capacity.gpus().stream()
        .filter(gpu -> !gpu.cordoned() && gpu.memoryFreeMiB() >= share)
        .sorted(Comparator.comparingLong(Gpu::memoryFreeMiB).thenComparing(Gpu::uuid))
        .limit(claim.gpus())
        .map(Gpu::uuid)
        .collect(Collectors.toSet());
  }

  /** Where the machine does not say, the GPUs of which the most is promised. */
  private static Set<String> heldOf(Capacity capacity, InstanceReport report) {
    long share = Room.gpuShare(report.claim());
    return report.gpus().isEmpty()
        ? capacity.gpus().stream()
            .filter(gpu -> gpu.memoryReservedMiB() >= share)
            .sorted(
                Comparator.comparingLong(Gpu::memoryReservedMiB)
                    .reversed()
                    .thenComparing(Gpu::uuid))
            .limit(report.claim().gpus())
            .map(Gpu::uuid)
            .collect(Collectors.toSet())
        : report.gpus();
  }

  /**
   * @param sign 1 where it is promised, -1 where it is given back
   */
  private static Capacity promised(Capacity before, Resources claim, Set<String> gpus, int sign) {
    long share = sign * Room.gpuShare(claim);
    return new Capacity(
        before.memoryTotalMiB(),
        Math.max(0, before.memoryReservedMiB() + sign * claim.memoryMiB()),
        before.cpusTotal(),
        Math.max(0, before.cpusReserved() + sign * claim.cpus()),
        before.gpus().stream()
            .map(gpu -> gpus.contains(gpu.uuid()) ? promised(gpu, share) : gpu)
            .toList());
  }

  /** What is given back is used no more either, as far as it was used. */
  private static Gpu promised(Gpu gpu, long share) {
    return gpu.withReserved(Math.max(0, gpu.memoryReservedMiB() + share))
        .withUsed(share < 0 ? Math.max(0, gpu.memoryUsedMiB() + share) : gpu.memoryUsedMiB());
  }

  private static Capacity with(Capacity capacity, List<Gpu> gpus) {
    return new Capacity(
        capacity.memoryTotalMiB(),
        capacity.memoryReservedMiB(),
        capacity.cpusTotal(),
        capacity.cpusReserved(),
        gpus);
  }
}
