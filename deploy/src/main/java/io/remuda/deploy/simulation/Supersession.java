package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.Superseded;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Plan;
import io.remuda.registry.model.Sight;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What an owner's look does to those that serve, counted apart from the owner's own reckoning. */
final class Supersession {

  private Supersession() {}

  /** What is stopped of what serves in a rollout by surge; empty when nothing is. */
  static Optional<Superseded> step(Sight sight, Plan plan, Duration at) {
    ModelState state = sight.state();
    boolean surging =
        state
                .rollout()
                .filter(on -> on.stage() == Stage.ROLLING || on.stage() == Stage.CANARY)
                .isPresent()
            && state
                .live()
                .filter(live -> live.spec().policies().rollout().strategy() == Strategy.SURGE)
                .isPresent();
    Set<InstanceId> stopped =
        plan.events().stream()
            .filter(InstanceStopping.class::isInstance)
            .map(event -> ((InstanceStopping) event).id())
            .collect(Collectors.toSet());
    if (!surging || stopped.isEmpty()) {
      return Optional.empty();
    }
    Set<InstanceId> serving =
        state.instances().values().stream()
            .filter(instance -> !instance.stopping() && serves(sight, instance))
            .map(Instance::id)
            .collect(Collectors.toSet());
    int before = serving.size();
    serving.removeAll(stopped);
    int wished = state.wanted();
    return Optional.of(new Superseded(at, state.name(), wished, before, serving.size()));
  }

  private static boolean serves(Sight sight, Instance instance) {
    return sight
        .fleet()
        .machine(instance.machine())
        .filter(machine -> machine.fresh(sight.policy().suspectAfter()))
        .flatMap((Machine machine) -> machine.instance(instance.id()))
        .filter(report -> report.phase() == Phase.READY)
        .isPresent();
  }
}
