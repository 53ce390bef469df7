package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.ModelState.Registration;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The instances of a name that registered itself: one on each machine that has the model, none
 * elsewhere. Assigned in the ordinary way, so that the machine has the last word and the instance's
 * id and epoch are the journal's.
 */
final class SelfPlacement {

  private final Supplier<Sight> sight;
  private final Consumer<ModelEvent> emit;
  private final BiConsumer<Instance, String> stop;
  private final RandomGenerator random;

  /**
   * @param sight as it is at the moment it is asked
   * @param stop decides an instance's end, with the reason
   */
  SelfPlacement(
      Supplier<Sight> sight,
      Consumer<ModelEvent> emit,
      BiConsumer<Instance, String> stop,
      RandomGenerator random) {
    this.sight = sight;
    this.emit = emit;
    this.stop = stop;
    this.random = random;
  }

  /**
   * @param paused whether none is placed now
   */
  void run(boolean paused) {
    Sight before = sight.get();
    for (Instance instance : before.current()) {
      if (!before.state().isTaken(instance.machine())) {
        stop.accept(instance, "its machine does not have the model any more");
      } else if (before.onDrainingMachine(instance)) {
        stop.accept(instance, "its machine is being drained");
      }
    }
    if (!paused) {
      before.state().registrations().forEach(this::place);
    }
  }

  private void place(MachineId machine, Registration registration) {
    Sight now = sight.get();
    Set<MachineId> served =
        now.current().stream().map(Instance::machine).collect(Collectors.toSet());
    if (!registration.isTaken() || served.contains(machine)) {
      return;
    }
    if (now.heldNumbers().contains(now.state().sequence() + 1)) {
      return;
    }
    Need need = now.need();
    List<Machine> only = now.fleet().machine(machine).stream().toList();
    Scheduler.Placement placement =
        Scheduler.place(
            FleetSnapshot.of(now.fleet().watching(), now.fleet().braked(), only), need, random);
    placement
        .machine()
        .ifPresent(
            there ->
                emit.accept(
                    new InstanceAssigned(
                        new InstanceId(now.state().name(), now.state().sequence() + 1),
                        there,
                        need.claim(),
                        Origin.ASSIGNED,
                        placement.grounds(),
                        now.now())));
  }
}
