package io.remuda.deploy.simulation;

import io.remuda.protocol.Listing;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.EvictionDecider;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Plan;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.model.Sight;
import io.remuda.registry.model.SwapEvent.GaveWay;
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

  /** What a look comes to. */
  static Plan look(Plant plant, Plan right, Sight sight) {
    return plant == Plant.STOPS_FIRST
        ? stopsFirst(right, sight.state(), sight.now())
        : plant == Plant.FLAPS ? flaps(right, sight.state(), sight.now()) : right;
  }

  /** All that serves is stopped at once while another version is on its way. */
  private static Plan stopsFirst(Plan plan, ModelState before, Instant at) {
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

  /** One more and one fewer in turn, whatever the load. */
  private static Plan flaps(Plan plan, ModelState before, Instant at) {
    ModelState after = before.on(plan.events());
    Optional<Scaling> bounds = after.scaling().filter(own -> own.max() > Math.max(1, own.min()));
    int now = after.wanted();
    if (bounds.isEmpty() || now == 0) {
      return plan;
    }
    int to = now < bounds.get().max() ? now + 1 : now - 1;
    List<ModelEvent> events = new ArrayList<>(plan.events());
    events.add(new Autoscaled(after.name(), now, to, "planted", 0, 0, at));
    return new Plan(events, plan.actions(), plan.soft());
  }

  /** One that sleeps wakes with as many as wait, and one more. */
  static Plan wanted(Plant plant, Plan plan, ModelState before, int waiting) {
    if (plant != Plant.WAKES_FOR_EACH) {
      return plan;
    }
    List<ModelEvent> events = new ArrayList<>();
    for (ModelEvent event : plan.events()) {
      events.add(
          event instanceof Autoscaled woken
              ? new Autoscaled(
                  woken.name(),
                  woken.from(),
                  before.scaling().map(own -> own.clamp(waiting + 1)).orElse(woken.to()),
                  woken.why(),
                  woken.waiting(),
                  woken.working(),
                  woken.at())
              : event);
    }
    return new Plan(events, plan.actions(), plan.soft());
  }

  /** What is pinned goes like any other. */
  static EvictionDecider.Answer giveWay(
      Plant plant, EvictionDecider.Answer right, Sight sight, GiveWay wish) {
    Instance instance = sight.state().instances().get(wish.instance());
    boolean pinned = right.stays().filter("pinned"::equals).isPresent();
    return plant != Plant.PINNED_GOES || !pinned || wish.sounding() || instance == null
        ? right
        : new EvictionDecider.Answer(
            List.of(
                new GaveWay(instance.id(), instance.machine(), wish.to(), "planted", sight.now()),
                new InstanceStopping(instance.id(), "gave way", sight.now())),
            Optional.empty());
  }

  /** The same line, of one that is not pinned. */
  static Listing unpinned(Listing line) {
    return new Listing(
        line.name(),
        line.version(),
        line.softVersion(),
        line.specVersion(),
        line.phase(),
        line.engine(),
        line.model(),
        line.replicas(),
        line.ready(),
        line.reason(),
        line.context(),
        line.schema(),
        line.createdAt(),
        line.selfRegistered(),
        line.scales(),
        line.weights(),
        line.returns(),
        line.keep().map(keep -> new Keep(false, keep.priority())),
        line.alias(),
        line.needs(),
        line.relief(),
        line.spare(),
        line.defaults());
  }
}
