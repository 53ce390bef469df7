package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What comes of instances of a name that run somewhere and that the journal does not know (any
 * more): one that stays is stopped. Of a journal that is older than the fleet nothing is concluded,
 * so while it is none is.
 */
final class StrangerDecider {

  private StrangerDecider() {}

  /** Writes nothing. */
  static Plan look(Sight sight) {
    SoftState soft = sight.soft();
    List<Action> actions = new ArrayList<>();
    Set<InstanceId> unknown = new HashSet<>();
    boolean older = !sight.ahead().isEmpty();
    for (Map.Entry<Machine, InstanceReport> entry : sight.fleet().reportsOf(sight.state().name())) {
      Machine machine = entry.getKey();
      InstanceReport report = entry.getValue();
      if (!isStranger(sight, machine.id(), report)
          || sight.fleet().braked()
          || !sight.speaks(machine)) {
        continue;
      }
      unknown.add(report.id());
      if (older) {
        continue;
      }
      soft = soft.stranger(report.id(), sight.now());
      Instant since = soft.strangers().getOrDefault(report.id(), sight.now());
      boolean stays = !since.plus(sight.policy().unknownAfter()).isAfter(sight.now());
      if (stays && sight.due(report.id())) {
        soft = soft.sent(report.id(), sight.now());
        long epoch = Math.max(report.epoch(), sight.state().sequence());
        actions.add(new Action.Stop(machine.id(), report.id(), epoch));
      }
    }
    return new Plan(List.of(), actions, soft.onlyOf(sight.state().instances().keySet(), unknown));
  }

  private static boolean isStranger(Sight sight, MachineId machine, InstanceReport report) {
    return !sight.isAssigned(report.id(), machine)
        && report.origin() == Origin.ASSIGNED
        && report.phase() != Phase.ENDED;
  }
}
