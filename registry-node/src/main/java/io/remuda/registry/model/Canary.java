package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Some instances of a new recipe serve beside those that served before, as many as {@link
 * CanaryPolicy} says, until somebody promotes it or takes it back.
 */
final class Canary {

  private final Round round;
  private final Rollout rollout;
  private final Sight sight;

  private Canary(Round round, Rollout rollout) {
    this.round = round;
    this.rollout = rollout;
    this.sight = round.sight();
  }

  static void step(Round round, Rollout rollout) {
    new Canary(round, rollout).step();
  }

  /**
   * What would be placed now, were there room for it: of what serves when the new one is taken back
   * before the new one.
   */
  static Optional<Lack> lack(Round round, Rollout rollout) {
    Canary canary = new Canary(round, rollout);
    CanaryPolicy.Scene scene =
        canary.scene(canary.staying(rollout.to()), canary.staying(rollout.from()));
    int old = canary.isOldKnown() ? CanaryPolicy.lackingOld(scene) : 0;
    if (old > 0) {
      return Optional.of(new Lack(rollout.from(), old, false));
    }
    return CanaryPolicy.lacksRoom(scene)
        ? Optional.of(
            new Lack(
                rollout.to(), Outlook.missing(canary.sight), !canary.sight.counted().isEmpty()))
        : Optional.empty();
  }

  /**
   * How many instances are to be of the new recipe: of those that take everybody's requests, which
   * what leases ask for beside them do not.
   */
  static int share(ModelState state, Rollout rollout) {
    return CanaryPolicy.share(state.wanted(), rollout.canary().orElse(0));
  }

  private void step() {
    List<Instance> next = staying(rollout.to());
    List<Instance> old = staying(rollout.from());
    CanaryPolicy.Step step = CanaryPolicy.next(scene(next, old));
    round.stopAll(
        instance -> step.stop().contains(instance.id()),
        "version %d is a canary beside version %d".formatted(rollout.to(), rollout.from()));
    Resize resize = new Resize(round);
    if (!round.pausedByFailures()) {
      if (step.place() > 0) {
        resize.place(step.place(), sight.need(rollout.to()), rollout.to());
      }
      if (step.refill() > 0) {
        resize.refill(step.refill(), rollout.from());
      }
    }
    resize.moveRefused(next, rollout.to());
    resize.moveRefused(old, rollout.from());
  }

  private List<Instance> staying(long revision) {
    return sight.current(revision).stream()
        .filter(instance -> !sight.onDrainingMachine(instance))
        .toList();
  }

  private CanaryPolicy.Scene scene(List<Instance> next, List<Instance> old) {
    Need need = sight.need(rollout.to());
    List<Instance> leavingOld = new ArrayList<>();
    List<Instance> leaving = new ArrayList<>();
    Set<InstanceId> leased = new HashSet<>();
    boolean ending = false;
    for (Instance instance : round.state().instances().values()) {
      ending |= instance.stopping();
      if (!instance.stopping() && !next.contains(instance) && !old.contains(instance)) {
        (instance.revision() == rollout.from() ? leavingOld : leaving).add(instance);
      }
      if (sight.leased(instance)) {
        leased.add(instance.id());
      }
    }
    RolloutWish wish = round.state().live().orElseThrow().spec().policies().rollout();
    boolean room = Scheduler.fitsSomewhere(round.fleet(), need);
    boolean cramped = Replace.makesItsOwnRoom(round, room);
    return new CanaryPolicy.Scene(
        round.wanted(),
        share(round.state(), rollout),
        isBeside(wish.strategy()) ? wish.surge() : 0,
        makesWay(wish.strategy(), cramped),
        parts(next, need),
        parts(old, need),
        parts(leavingOld, need),
        parts(leaving, need),
        leased,
        ending,
        room,
        isRoomForOld(),
        Replace.isPatient(round, rollout));
  }

  /** Whether one more of what served before can be placed now; see {@link Resize#refill}. */
  private boolean isRoomForOld() {
    return isOldKnown() && Scheduler.fitsSomewhere(round.fleet(), sight.need(rollout.from()));
  }

  private boolean isOldKnown() {
    return round.state().recipes().find(rollout.from()).flatMap(Recipes.Recipe::file).isPresent();
  }

  private static boolean isBeside(Strategy strategy) {
    return switch (strategy) {
      case AUTO, SURGE -> true;
      case RECREATE_WHEN_IDLE, RECREATE -> false;
    };
  }

  private static boolean makesWay(Strategy strategy, boolean cramped) {
    return switch (strategy) {
      case AUTO -> cramped;
      case RECREATE_WHEN_IDLE, RECREATE -> true;
      case SURGE -> false;
    };
  }

  private List<RolloutPolicy.Part> parts(List<Instance> instances, Need need) {
    return instances.stream()
        .map(instance -> Replace.part(round, sight, need, instance, false))
        .toList();
  }
}
