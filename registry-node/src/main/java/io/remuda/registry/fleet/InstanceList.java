package io.remuda.registry.fleet;

import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Silence;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What runs where, as machines say it; what ran on a machine out of sight is suspect. */
final class InstanceList {

  private InstanceList() {}

  static List<InstanceView> of(FleetSnapshot fleet, Duration suspectAfter) {
    return InstanceView.withinOneMessage(
        fleet.machines().values().stream()
            .flatMap(
                machine ->
                    machine.report().instances().stream()
                        .filter(instance -> instance.phase() != Phase.ENDED)
                        .map(instance -> view(machine, instance, machine.fresh(suspectAfter))))
            .sorted(Comparator.comparing(InstanceView::instance))
            .toList());
  }

  private static InstanceView view(Machine machine, InstanceReport said, boolean fresh) {
    return new InstanceView(
        said.id().model(),
        said.id(),
        machine.id(),
        said.engine(),
        fresh ? said.phase() : Phase.SUSPECT,
        said.pid(),
        said.port(),
        said.inFlight(),
        said.queued(),
        said.slots(),
        said.restarts(),
        fresh
            ? said.reason()
            : Optional.of(
                "machine %s was last heard %s ago"
                    .formatted(machine.id(), Silence.shown(machine.silence()))),
        said.progress(),
        said.claim(),
        said.tasks(),
        said.loading(),
        said.trouble());
  }
}
