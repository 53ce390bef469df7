package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was seen of a machine when its instances were given up.
 *
 * @param silence since its last word; where it was never heard, since this registry node listens
 * @param limit the silence after which a machine is given up
 * @param heard whether the registry node that decided had ever heard it
 * @param reachable whether it was still a member of the cluster that answers
 * @param silentMachines how many of the fleet's machines were silent for so long, this one included
 * @param machines how many machines the fleet had
 * @param confirmed whether an operator had said that it is gone, which ends the mass-loss brake
 */
public record Absence(
    Duration silence,
    Duration limit,
    boolean heard,
    boolean reachable,
    int silentMachines,
    int machines,
    boolean confirmed) {

  static Absence of(FleetSnapshot fleet, MachineId machine, Duration limit) {
    long silent =
        fleet.machines().values().stream()
            .filter(other -> other.silence().compareTo(limit) > 0)
            .count();
    boolean heard = fleet.machine(machine).isPresent();
    return new Absence(
        fleet.silenceOf(machine),
        limit,
        heard,
        fleet.machine(machine).map(Machine::reachable).orElse(false),
        (int) silent + (heard ? 0 : 1),
        fleet.machines().size() + (heard ? 0 : 1),
        fleet.confirmed().contains(machine));
  }

  /** A sentence about {@code machine}. */
  String text(MachineId machine) {
    return "machine %s was %s for %d s, longer than %d s; %d of %d machines were silent%s"
        .formatted(
            machine,
            heard ? "not heard" : "never heard since this registry node listens,",
            silence.toSeconds(),
            limit.toSeconds(),
            silentMachines,
            machines,
            confirmed
                ? ", and an operator confirmed the loss"
                : ", so the mass-loss brake was off");
  }

  Map<String, String> details() {
    Map<String, String> details = new TreeMap<>();
    details.put("silentSeconds", Long.toString(silence.toSeconds()));
    details.put("limitSeconds", Long.toString(limit.toSeconds()));
    details.put("heard", Boolean.toString(heard));
    details.put("reachable", Boolean.toString(reachable));
    details.put("silentMachines", Integer.toString(silentMachines));
    details.put("machines", Integer.toString(machines));
    details.put("brake", confirmed ? "confirmed" : "off");
    return details;
  }
}
