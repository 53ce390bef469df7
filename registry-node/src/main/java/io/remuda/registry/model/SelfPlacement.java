package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.ModelState.Registration;
import io.remuda.registry.placement.Draw;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The instances of a name that registered itself: one on each machine that has the model, none
 * elsewhere. Assigned in the ordinary way, so that the machine has the last word and the instance's
 * id and epoch are the journal's.
 */
final class SelfPlacement {

  private final Round round;

  SelfPlacement(Round round) {
    this.round = round;
  }

  void run() {
    Sight before = round.sight();
    for (Instance instance : before.current()) {
      if (!before.state().isTaken(instance.machine())) {
        round.stop(instance, "its machine does not have the model any more");
      } else if (before.onDrainingMachine(instance)) {
        round.stop(instance, before.whyAway(instance));
      }
    }
    if (!round.older() && !round.pausedByFailures()) {
      before.state().registrations().forEach(this::place);
    }
  }

  private void place(MachineId machine, Registration registration) {
    Sight now = round.sight();
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
            FleetSnapshot.of(now.fleet().watching(), now.fleet().braked(), only),
            need,
            Draw.of(now.state().name(), now.state().sequence() + 1));
    placement
        .machine()
        .ifPresent(
            there ->
                round.emit(
                    new InstanceAssigned(
                        new InstanceId(now.state().name(), now.state().sequence() + 1),
                        there,
                        need.claim(),
                        Origin.ASSIGNED,
                        placement.grounds(),
                        OptionalLong.of(now.state().live().orElseThrow().revision()),
                        now.now())));
  }
}
