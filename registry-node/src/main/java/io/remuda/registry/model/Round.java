package io.remuda.registry.model;

import io.remuda.registry.placement.FleetSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One look of the {@link Reconciler} while it goes on: the world that it began with, and what its
 * steps have decided so far. Each step sees what the ones before it decided as if it had been
 * written already. Belongs to one call.
 */
final class Round {

  private final Sight start;
  private final boolean older;
  private final List<ModelEvent> events = new ArrayList<>();
  private final List<Action> actions = new ArrayList<>();
  private ModelState state;
  private SoftState soft;

  Round(Sight start) {
    this.start = start;
    this.older = !start.ahead().isEmpty();
    this.state = start.state();
    this.soft = start.soft();
  }

  /** The world as it was, with what is decided so far. */
  Sight sight() {
    return start.with(state, soft);
  }

  ModelState state() {
    return state;
  }

  SoftState soft() {
    return soft;
  }

  /** How many instances are to run. */
  int wanted() {
    return TenancyDecider.wanted(sight());
  }

  FleetSnapshot fleet() {
    return start.fleet();
  }

  ReconcilePolicy policy() {
    return start.policy();
  }

  Instant now() {
    return start.now();
  }

  /** Whether the journal lacks events that placed what runs: what it says may be over. */
  boolean older() {
    return older;
  }

  void emit(ModelEvent event) {
    events.add(event);
    state = state.on(event);
  }

  void order(Action action) {
    actions.add(action);
  }

  void remember(SoftState next) {
    soft = next;
  }

  void stop(Instance instance, String reason) {
    emit(new InstanceEvent.InstanceStopping(instance.id(), reason, now()));
    // The start that may be on its way must not delay the stop.
    soft = soft.sent(instance.id(), Instant.EPOCH);
  }

  void stopAll(Predicate<Instance> which, String reason) {
    for (Instance instance : List.copyOf(state.instances().values())) {
      if (!instance.stopping() && which.test(instance)) {
        stop(instance, reason);
      }
    }
  }

  /**
   * The failure may have been written down by another registry node, whose clock is another one: at
   * worst the pause is left out once, and never is it as long as the clocks differ.
   */
  boolean pausedByFailures() {
    ModelState.Failures failures = state.failures();
    Optional<Instant> last = failures.last();
    return last.filter(
            at ->
                !at.isAfter(now())
                    && at.plus(
                            ReconcilePolicy.grown(
                                policy().failureHold(),
                                policy().failureHoldMax(),
                                failures.count()))
                        .isAfter(now()))
        .isPresent();
  }

  Plan plan() {
    return new Plan(events, actions, soft);
  }
}
