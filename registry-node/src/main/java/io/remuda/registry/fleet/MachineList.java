package io.remuda.registry.fleet;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.MachineView;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Machines as operators see them: what they say, and what was decided about them. */
public final class MachineList {

  private MachineList() {}

  /** All that were heard or that something was decided about. */
  static List<MachineView> of(
      FleetSnapshot fleet, Map<MachineId, MachineDecided> decided, Duration suspectAfter) {
    Map<MachineId, MachineView> views = new TreeMap<>();
    decided.forEach(
        (id, known) ->
            views.put(
                id,
                new MachineView(
                    id,
                    false,
                    known.cordoned(),
                    known.draining(),
                    Optional.empty(),
                    known.drainingGpus())));
    fleet
        .machines()
        .forEach(
            (id, machine) -> {
              MachineDecided known = decided.get(id);
              boolean cordoned = known != null ? known.cordoned() : machine.report().cordoned();
              views.put(id, view(id, fleet, cordoned, machine.draining(), suspectAfter));
            });
    return List.copyOf(views.values());
  }

  /** One machine, also one that was not heard by this registry node. */
  public static MachineView view(
      MachineId id,
      FleetSnapshot fleet,
      boolean cordoned,
      boolean draining,
      Duration suspectAfter) {
    Optional<Machine> seen = fleet.machine(id);
    return new MachineView(
        id,
        seen.map(machine -> machine.fresh(suspectAfter)).orElse(false),
        cordoned,
        draining,
        seen.map(Machine::report),
        seen.map(Machine::drainingGpus).orElse(Set.of()));
  }
}
