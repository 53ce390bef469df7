package io.remuda.deploy.simulation;

import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What planted bugs do in the place of what is right. */
final class Bugs {

  private Bugs() {}

  /** Accepted, whatever the name stands for. */
  static Decision takes(ModelSpec spec, Instant at) {
    return new Decision(List.of(new DeploymentChanged(spec, at)), Optional.empty());
  }

  /** Starts of instances whose assignment is only about to be written. */
  static List<Action> startsOf(Plan plan, ModelState before) {
    ModelState after = before.on(plan.events());
    return plan.events().stream()
        .filter(InstanceAssigned.class::isInstance)
        .map(ModelEvent.class::cast)
        .map(event -> after.instances().get(((InstanceAssigned) event).id()))
        .filter(java.util.Objects::nonNull)
        .<Action>map(Action.Start::new)
        .toList();
  }
}
