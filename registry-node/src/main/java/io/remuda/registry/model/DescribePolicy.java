package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * Which machine is asked about a model that nobody has described yet: one at a time, those that
 * would run it first, never one that said lately that it does not have it and has not started
 * again.
 *
 * <p>One answer holds for the whole fleet until the specification changes, and what a model claims
 * of a GPU only a machine with GPUs can say. So no machine is asked that does not know its own GPUs
 * yet, and of those that answer at all the one with the most GPU memory is asked first.
 */
final class DescribePolicy {

  private DescribePolicy() {}

  static Optional<MachineId> next(Sight sight) {
    ModelSpec spec = sight.state().live().orElseThrow().spec();
    SoftState soft = sight.soft();
    boolean waiting =
        soft.asked().values().stream()
            .anyMatch(at -> at.plus(sight.policy().describeTimeout()).isAfter(sight.now()));
    return waiting
        ? Optional.empty()
        : sight.fleet().machines().values().stream()
            .filter(sight::speaks)
            .filter(machine -> machine.report().settled())
            .filter(machine -> offers(machine, spec.engine()))
            .filter(machine -> !sight.state().isSelfRegistered() || taken(sight, machine))
            .filter(machine -> !saidNo(sight, machine.id()))
            .min(
                Comparator.comparing((Machine machine) -> !carries(machine, spec.machineLabels()))
                    .thenComparing(machine -> !taken(sight, machine))
                    // One that was asked and is silent must not keep the others from being asked.
                    .thenComparing(m -> soft.asked().getOrDefault(m.id(), Instant.EPOCH))
                    .thenComparing(DescribePolicy::gpuMemoryMiB, Comparator.reverseOrder())
                    .thenComparing(Machine::id))
            .map(Machine::id);
  }

  private static boolean offers(Machine machine, String engine) {
    return machine.report().engines().stream()
        .anyMatch(offer -> offer.engine().equals(engine) && offer.available());
  }

  private static long gpuMemoryMiB(Machine machine) {
    return machine.report().capacity().gpus().stream().mapToLong(Gpu::memoryTotalMiB).sum();
  }

  /** Whether it said that it has the model by itself. */
  private static boolean taken(Sight sight, Machine machine) {
    return sight.state().isTaken(machine.id());
  }

  private static boolean carries(Machine machine, Map<String, String> labels) {
    return machine.report().labels().entrySet().containsAll(labels.entrySet());
  }

  private static boolean saidNo(Sight sight, MachineId machine) {
    return sight.absence(machine).filter(said -> said.lasts(sight.now())).isPresent();
  }
}
