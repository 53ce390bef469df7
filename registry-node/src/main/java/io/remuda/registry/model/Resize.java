package io.remuda.registry.model;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.placement.Draw;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** As many instances are placed or stopped as it takes to have those that are wanted. */
final class Resize {

  private final Round round;

  Resize(Round round) {
    this.round = round;
  }

  static void towardsTheWish(Round round) {
    new Resize(round).run();
  }

  private void run() {
    Optional<Declaration> live = round.state().live();
    Optional<Rollout> rollout = round.state().rollout();
    if (live.isEmpty()) {
      round.stopAll(instance -> true, "the deployment was removed");
    } else if (round.state().wanted() == 0) {
      round.stopAll(
          instance -> true,
          round.state().sleeps() ? "nobody asks for it" : "the deployment is scaled to zero");
    } else if (round.state().goal() == live.get().revision() && !described()) {
      waitForTheDescription();
    } else if (rollout.isPresent()) {
      Replace.step(round, rollout.get());
    } else {
      recreate(live.get());
    }
  }

  /**
   * Those of the last recipe serve until the new one is known, but no more than are wanted; one
   * that is lost meanwhile is placed again, where that recipe is known to be a good one.
   */
  private void waitForTheDescription() {
    if (!round.state().isSelfRegistered()) {
      List<Instance> serving =
          round.state().instances().values().stream()
              .filter(instance -> !instance.stopping())
              .toList();
      stopSurplus(serving, serving.size() - round.wanted());
      int missing = round.wanted() - serving.size();
      Optional<Rollout> rollout = round.state().rollout();
      if (missing > 0 && rollout.isPresent() && !round.pausedByFailures()) {
        refill(missing, rollout.get().from());
      }
    }
  }

  /** Places instances of what served before a rollout, as far as that is known. */
  void refill(int missing, long revision) {
    Optional<Recipes.Recipe> known = round.state().recipes().find(revision);
    if (known.flatMap(Recipes.Recipe::file).isPresent()) {
      place(missing, round.sight().need(revision), revision);
    }
  }

  private void recreate(Declaration live) {
    if (!round.older()) {
      // Behind an older journal nothing could be placed in their stead.
      round.stopAll(
          instance -> instance.revision() != live.revision(), "the specification has changed");
    }
    if (round.state().isSelfRegistered()) {
      new SelfPlacement(round).run();
    } else {
      resize(round.wanted());
    }
  }

  /** Whether the model is described; else one machine after the other is asked. */
  private boolean described() {
    if (round.state().currentFile().isPresent()) {
      return true;
    }
    DescribePolicy.next(round.sight())
        .ifPresent(
            machine -> {
              round.remember(round.soft().asked(machine, round.now()));
              round.order(new Action.Describe(machine));
            });
    return false;
  }

  private void resize(int wanted) {
    Sight sight = round.sight();
    List<Instance> movers = sight.current().stream().filter(sight::onDrainingMachine).toList();
    List<Instance> staying =
        sight.current().stream().filter(instance -> !sight.onDrainingMachine(instance)).toList();
    int missing = wanted - staying.size();
    if (missing < 0) {
      stopSurplus(staying, -missing);
    } else if (missing > 0 && !round.pausedByFailures()) {
      place(missing, sight.need());
    }
    moveRefused(staying);
    // A mover goes when those that stay can do without it.
    long ready = staying.stream().filter(sight::ready).count();
    movers.stream()
        .sorted(Comparator.comparing(sight::leased))
        .limit(Math.max(0, ready + movers.size() - wanted))
        .forEach(instance -> round.stop(instance, sight.whyAway(instance)));
  }

  /**
   * Those that no lease has go first, and those that fail again and again; of these those that
   * serve nobody, then the youngest. One that serves goes only where as many as are wanted serve
   * without it: what a lease has stays, and may have to come back first.
   */
  void stopSurplus(List<Instance> all, int surplus) {
    Sight sight = round.sight();
    long ready = all.stream().filter(sight::ready).count();
    long spare = Math.max(0, ready - (all.size() - surplus));
    List<Instance> first =
        all.stream()
            .sorted(
                Comparator.comparing(
                        (Instance any) -> sight.leased(any) && !Replace.failsForGood(sight, any))
                    .thenComparing(sight::ready)
                    .thenComparing(Instance::id, Comparator.reverseOrder()))
            .limit(Math.max(0, surplus))
            .toList();
    Stream.concat(
            first.stream().filter(instance -> !sight.ready(instance)),
            first.stream().filter(sight::ready).limit(spare))
        .forEach(instance -> round.stop(instance, "fewer instances are wanted"));
  }

  /** What its machine goes on refusing goes where it was not refused, if there is such a place. */
  void moveRefused(List<Instance> staying) {
    moveRefused(staying, round.state().goal());
  }

  /** The same for instances of one recipe. */
  void moveRefused(List<Instance> staying, long revision) {
    if (round.older()) {
      return;
    }
    for (Instance instance : staying) {
      Sight sight = round.sight();
      boolean stays = !round.state().instances().getOrDefault(instance.id(), instance).stopping();
      Optional<Refused> why = sight.refusal(instance);
      if (stays && why.isPresent()) {
        Need need = sight.needElsewhere(revision);
        if (!Scheduler.fitsSomewhere(round.fleet(), need)) {
          return;
        }
        round.emit(
            new InstanceRefused(
                instance.id(),
                instance.machine(),
                why.get().code(),
                why.get().message(),
                round.now()));
        place(1, need, revision);
      }
    }
  }

  void place(int missing, Need first) {
    place(missing, first, round.state().goal());
  }

  /** Places instances of one recipe; {@code first} is what it needs. */
  void place(int missing, Need first, long revision) {
    if (round.older()) {
      return;
    }
    Need need = first;
    Set<Long> held = round.sight().heldNumbers();
    for (int i = 0; i < missing; i++) {
      long number = round.state().sequence() + 1;
      if (!Scheduler.fitsSomewhere(round.fleet(), need) || held.contains(number)) {
        return;
      }
      Scheduler.Placement placement =
          Scheduler.place(round.fleet(), need, Draw.of(round.state().name(), number));
      MachineId machine = placement.machine().orElseThrow();
      round.emit(
          new InstanceAssigned(
              new InstanceId(round.state().name(), number),
              machine,
              need.claim(),
              Origin.ASSIGNED,
              placement.grounds(),
              OptionalLong.of(revision),
              round.now()));
      need = need.after(machine);
    }
  }
}
