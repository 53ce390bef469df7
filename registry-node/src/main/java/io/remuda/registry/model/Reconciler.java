package io.remuda.registry.model;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceReady;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Brings what is towards what is wanted.
 *
 * <p>Level-triggered: looks at the whole of state and fleet each time and never at what changed, so
 * that a message lost is made good by the next look. Idempotent: on an unchanged world, once the
 * events it returned are applied and its commands remembered, it returns nothing. What it wants
 * remembered comes as events, what it wants done comes as actions; an action never runs ahead of
 * the event that it rests on.
 */
public final class Reconciler {

  private final Sight start;
  private final FleetSnapshot fleet;
  private final ReconcilePolicy policy;
  private final Instant now;
  private final RandomGenerator random;

  /** Whether the journal lacks events that placed what runs: what it says may be over. */
  private final boolean older;

  private final List<ModelEvent> events = new ArrayList<>();
  private final List<Action> actions = new ArrayList<>();
  private ModelState state;
  private SoftState soft;

  private Reconciler(Sight start, RandomGenerator random) {
    this.start = start;
    this.fleet = start.fleet();
    this.policy = start.policy();
    this.now = start.now();
    this.random = random;
    this.older = !start.ahead().isEmpty();
    this.state = start.state();
    this.soft = start.soft();
  }

  /**
   * What is to be done about the world that {@code sight} shows.
   *
   * @param random draws among machines that are as good as each other
   */
  public static Plan reconcile(Sight sight, RandomGenerator random) {
    return new Reconciler(sight, random).run();
  }

  private Plan run() {
    List.copyOf(state.instances().values()).forEach(this::follow);
    stopStrangers();
    takeOffTheSilent();
    if (state.live().isEmpty()) {
      stopAll(instance -> true, "the deployment was removed");
    } else if (state.live().get().spec().replicas() == 0) {
      stopAll(instance -> true, "the deployment is scaled to zero");
    } else if (described()) {
      long revision = state.live().get().revision();
      if (!older) {
        // Behind an older journal nothing could be placed in their stead.
        stopAll(instance -> instance.revision() != revision, "the specification has changed");
      }
      if (state.isSelfRegistered()) {
        new SelfPlacement(this::sight, this::emit, this::stop, random)
            .run(older || pausedByFailures());
      } else {
        resize(state.live().get().spec());
      }
    } else if (!state.isSelfRegistered()) {
      // Those of the last recipe serve until the new one is known, but no more than are wanted.
      List<Instance> serving =
          state.instances().values().stream().filter(instance -> !instance.stopping()).toList();
      stopSurplus(serving, serving.size() - state.live().get().spec().replicas());
    }
    return new Plan(events, actions, soft);
  }

  /** One instance: what its machine says, or that it says nothing. */
  private void follow(Instance instance) {
    Duration silence = fleet.silenceOf(instance.machine());
    if (silence.compareTo(policy.lostAfter()) > 0 && !fleet.braked()) {
      Absence absence = Absence.of(fleet, instance.machine(), policy.lostAfter());
      emit(
          new InstanceLost(
              instance.id(),
              instance.machine(),
              absence.text(instance.machine()),
              Optional.of(absence),
              now));
      return;
    }
    Optional<Machine> machine = fleet.machine(instance.machine()).filter(start::speaks);
    if (machine.isEmpty()) {
      return;
    }
    Optional<InstanceReport> report = machine.get().instance(instance.id());
    if (report.isPresent()) {
      // It has it, whatever it once said.
      soft = soft.without(instance.id());
    }
    if (instance.stopping()) {
      followStopping(instance, report);
    } else if (report.isEmpty()) {
      if (machine.get().report().settled()
          && sight().due(instance.id())
          && !held(instance)
          && !older) {
        soft = soft.sent(instance.id(), now);
        actions.add(new Action.Start(instance));
      }
    } else if (report.get().phase().isFinal()) {
      emit(
          new InstanceEnded(
              instance.id(),
              true,
              LastWords.within(
                  report.get().reason().orElse("its engine ended"), LastWords.JOURNALED_BYTES),
              now));
      // What it still holds of its machine is given back.
      actions.add(new Action.Stop(instance.machine(), instance.id(), state.sequence()));
      soft = soft.sent(instance.id(), now);
    } else {
      RestartDecider.look(instance, report.get(), policy, now).ifPresent(this::emit);
      if (report.get().phase() == Phase.READY && instance.readyAt().isEmpty()) {
        emit(new InstanceReady(instance.id(), now));
      }
    }
  }

  private void followStopping(Instance instance, Optional<InstanceReport> report) {
    Instance.Stop stop = instance.stop().orElseThrow();
    if (report.map(r -> r.phase() == Phase.ENDED).orElse(false)) {
      emit(new InstanceEnded(instance.id(), false, stop.reason(), now));
    } else if (sight().due(instance.id())) {
      soft = soft.sent(instance.id(), now);
      actions.add(new Action.Stop(instance.machine(), instance.id(), stop.epoch()));
    }
  }

  /** Instances of this name that run somewhere and that the journal does not know (any more). */
  private void stopStrangers() {
    Plan plan = StrangerDecider.look(sight());
    actions.addAll(plan.actions());
    soft = plan.soft();
  }

  /** Machines that have not said for long that they have the model by themselves. */
  private void takeOffTheSilent() {
    soft = soft.waitingFor(state.registrations().keySet(), now);
    if (fleet.braked()) {
      return;
    }
    Duration limit = policy.lostAfter().plus(policy.selfHold());
    for (Map.Entry<MachineId, Instant> said : soft.registered().entrySet()) {
      Duration silence = Duration.between(said.getValue(), now);
      if (silence.compareTo(limit) > 0) {
        emit(
            new MachineUnregistered(
                state.name(),
                said.getKey(),
                "it has not said for %d s that it has it".formatted(silence.toSeconds()),
                now));
      }
    }
    soft = soft.waitingFor(state.registrations().keySet(), now);
  }

  private void stopAll(java.util.function.Predicate<Instance> which, String reason) {
    for (Instance instance : List.copyOf(state.instances().values())) {
      if (!instance.stopping() && which.test(instance)) {
        stop(instance, reason);
      }
    }
  }

  private void stop(Instance instance, String reason) {
    emit(new InstanceStopping(instance.id(), reason, now));
    // The start that may be on its way must not delay the stop.
    soft = soft.sent(instance.id(), Instant.EPOCH);
  }

  /** Whether the model is described; else one machine after the other is asked. */
  private boolean described() {
    if (state.currentFile().isPresent()) {
      return true;
    }
    DescribePolicy.next(sight())
        .ifPresent(
            machine -> {
              soft = soft.asked(machine, now);
              actions.add(new Action.Describe(machine));
            });
    return false;
  }

  private void resize(ModelSpec spec) {
    Sight sight = sight();
    List<Instance> movers = sight.current().stream().filter(sight::onDrainingMachine).toList();
    List<Instance> staying =
        sight.current().stream().filter(instance -> !sight.onDrainingMachine(instance)).toList();
    int missing = spec.replicas() - staying.size();
    if (missing < 0) {
      stopSurplus(staying, -missing);
    } else if (missing > 0 && !pausedByFailures()) {
      place(missing, sight().need());
    }
    moveRefused(staying);
    // A mover goes when those that stay can do without it.
    long ready = staying.stream().filter(sight::ready).count();
    movers.stream()
        .limit(Math.max(0, ready + movers.size() - spec.replicas()))
        .forEach(instance -> stop(instance, "its machine is being drained"));
  }

  /** Those that serve nobody go first, then the youngest. */
  private void stopSurplus(List<Instance> all, int surplus) {
    Sight sight = sight();
    all.stream()
        .sorted(
            Comparator.comparing((Instance instance) -> sight.ready(instance))
                .thenComparing(Instance::id, Comparator.reverseOrder()))
        .limit(Math.max(0, surplus))
        .forEach(instance -> stop(instance, "fewer instances are wanted"));
  }

  /** What its machine goes on refusing goes where it was not refused, if there is such a place. */
  private void moveRefused(List<Instance> staying) {
    if (older) {
      return;
    }
    for (Instance instance : staying) {
      Sight sight = sight();
      boolean stays = !state.instances().getOrDefault(instance.id(), instance).stopping();
      Optional<Refused> why = sight.refusal(instance);
      if (stays && why.isPresent()) {
        Need need = sight.needElsewhere();
        if (!Scheduler.fitsSomewhere(fleet, need)) {
          return;
        }
        emit(
            new InstanceRefused(
                instance.id(), instance.machine(), why.get().code(), why.get().message(), now));
        place(1, need);
      }
    }
  }

  private void place(int missing, Need first) {
    if (older) {
      return;
    }
    Need need = first;
    Set<Long> held = start.heldNumbers();
    for (int i = 0; i < missing; i++) {
      if (!Scheduler.fitsSomewhere(fleet, need) || held.contains(state.sequence() + 1)) {
        return;
      }
      Scheduler.Placement placement = Scheduler.place(fleet, need, random);
      MachineId machine = placement.machine().orElseThrow();
      InstanceId id = new InstanceId(state.name(), state.sequence() + 1);
      emit(
          new InstanceAssigned(
              id, machine, need.claim(), Origin.ASSIGNED, placement.grounds(), now));
      need = need.after(machine);
    }
  }

  /**
   * The failure may have been written down by another registry node, whose clock is another one: at
   * worst the pause is left out once, and never is it as long as the clocks differ.
   */
  private boolean pausedByFailures() {
    ModelState.Failures failures = state.failures();
    Duration pause =
        ReconcilePolicy.grown(policy.failureHold(), policy.failureHoldMax(), failures.count());
    return failures
        .last()
        .filter(last -> !last.isAfter(now) && last.plus(pause).isAfter(now))
        .isPresent();
  }

  private Sight sight() {
    return start.with(state, soft);
  }

  /** Whether its machine refused it and is left alone for a while. */
  private boolean held(Instance instance) {
    return soft.standing().containsKey(instance.id())
        && soft.hold(instance.machine()).map(hold -> hold.lasts(now)).orElse(false);
  }

  private void emit(ModelEvent event) {
    events.add(event);
    state = state.on(event);
  }
}
