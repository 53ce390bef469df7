package io.remuda.deploy.simulation;

import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What planted bugs do in the place of what is right. */
final class Bugs {

  private Bugs() {}

  /** Accepted, whatever the name stands for. */
  static Decision takes(ModelSpec spec, Instant at) {
    return new Decision(List.of(new DeploymentChanged(spec, at)), Optional.empty());
  }

  /** All that serves is stopped at once while another version is on its way. */
  static Plan stopsFirst(Plan plan, ModelState before, Instant at) {
    ModelState after = before.on(plan.events());
    if (after.rollout().isEmpty()) {
      return plan;
    }
    List<ModelEvent> events = new ArrayList<>(plan.events());
    after.instances().values().stream()
        .filter(instance -> !instance.stopping() && instance.readyAt().isPresent())
        .filter(instance -> instance.revision() == after.rollout().get().from())
        .forEach(
            instance ->
                events.add(new InstanceStopping(instance.id(), "another one is declared", at)));
    return new Plan(events, plan.actions(), plan.soft());
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
