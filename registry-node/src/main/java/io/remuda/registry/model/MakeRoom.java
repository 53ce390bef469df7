package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.EvictionPolicy;
import io.remuda.registry.placement.EvictionPolicy.Wish;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.List;
import java.util.Optional;

/**
 * Room is made for a missing instance where {@link EvictionPolicy} finds idle ones that may give
 * way. Their owners are asked; the instance is placed in the ordinary way once what they claimed is
 * free again, so that nothing starts before the memory is back.
 */
final class MakeRoom {

  private MakeRoom() {}

  /** The step of a round: whom to ask, one machine's instances at a time. */
  static void step(Round round) {
    Sight sight = round.sight();
    Evictions now = remembered(round, sight);
    round.remember(round.soft().with(now));
    if (round.older()
        || !isShort(sight)
        || round.pausedByFailures()
        || Scheduler.fitsSomewhere(round.fleet(), sight.need())) {
      return;
    }
    Wish wish = wish(sight);
    if (!now.isAsking(round.now())) {
      begin(round, sight.need(), wish, now);
    }
    goOn(round, wish);
  }

  /** Where it takes several, none is put away before all have said that they would go. */
  private static void begin(Round round, Need need, Wish wish, Evictions now) {
    EvictionPolicy.choose(round.fleet(), need, wish, now.kept(round.now()))
        .ifPresent(
            others -> {
              round.remember(
                  round.soft().with(now.asked(others, round.policy().evict(), round.now())));
              if (others.instances().size() > 1) {
                round.order(ask(others.machine(), others.instances(), wish, true));
              }
            });
  }

  /** One after the other is asked to go, as long as they do. */
  private static void goOn(Round round, Wish wish) {
    Evictions now = round.soft().evictions();
    now.next()
        .ifPresent(
            id -> {
              MachineId machine = now.asked().orElseThrow().machine();
              round.remember(round.soft().with(now.sent()));
              round.order(ask(machine, List.of(id), wish, false));
            });
  }

  private static Action ask(
      MachineId machine, List<InstanceId> others, Wish wish, boolean sounding) {
    return new Action.AskToGiveWay(machine, others, wish.priority(), wish.asked(), sounding);
  }

  private static Evictions remembered(Round round, Sight sight) {
    Evictions pruned = round.soft().evictions().pruned(round.now());
    Evictions last =
        sight
            .state()
            .given()
            .filter(sight::hasCome)
            .map(given -> pruned.come(given.id()))
            .orElse(pruned);
    boolean isShort = isShort(sight);
    if (isServing(sight) && !isShort && Outlook.missing(sight) == 0) {
      return last.served();
    }
    return isShort && !last.isAsking(round.now()) ? last.lapsed() : last;
  }

  private static boolean isServing(Sight sight) {
    return sight.state().instances().values().stream().anyMatch(sight::ready);
  }

  /** Whether an instance is missing that would be placed, were there room. */
  static boolean isShort(Sight sight) {
    return isDeclared(sight) && isKnown(sight) && isMissing(sight);
  }

  /** Whether one is missing that no rollout brings, whether its model is known or not. */
  static boolean lacksOne(Sight sight) {
    return isDeclared(sight) && !isRolling(sight) && Outlook.missing(sight) > 0;
  }

  private static boolean isDeclared(Sight sight) {
    return sight.state().live().isPresent() && !sight.state().isSelfRegistered();
  }

  private static boolean isRolling(Sight sight) {
    return sight.state().rollout().isPresent() && !sight.counted().isEmpty();
  }

  /** Where versions change places it is the rollout that knows what would be placed. */
  private static boolean isMissing(Sight sight) {
    return sight
        .state()
        .rollout()
        .filter(any -> isRolling(sight))
        .map(rollout -> Replace.lacksRoom(sight, rollout))
        .orElseGet(() -> Outlook.missing(sight) > 0);
  }

  static boolean isKnown(Sight sight) {
    ModelState state = sight.state();
    return state.recipe(state.goal()).flatMap(Recipes.Recipe::file).isPresent();
  }

  /**
   * Whether requests that wait may make an instance start of a name that has none ready: it is on
   * its way, or room can be made.
   */
  static boolean mayCome(Sight sight) {
    return sight.soft().evictions().asked().isPresent()
        || sight.state().given().isPresent()
        || isShort(sight)
            && sight.state().failures().count() == 0
            && EvictionPolicy.mayHelp(sight.fleet(), sight.need(), wish(sight));
  }

  private static Wish wish(Sight sight) {
    return new Wish(
        sight.state().name(),
        keep(sight.state()).priority(),
        isAsked(sight) && sight.counted().isEmpty() || TenancyDecider.isShort(sight),
        sight.policy().evict().idle());
  }

  static Keep keep(ModelState state) {
    return state.live().map(now -> now.spec().policies().keep()).orElse(Keep.DEFAULT);
  }

  private static boolean isAsked(Sight sight) {
    ModelDemand demand = sight.fleet().demand(sight.state().name());
    return demand.waiting() + demand.tasks() > 0
        || sight.soft().evictions().wantedLately(sight.policy().scale().demandLimit(), sight.now());
  }

  /** Who would be asked to give way to one more instance; nobody where that would not help. */
  static Optional<EvictionPolicy.Eviction> proposed(Sight sight) {
    return isShort(sight) && !Scheduler.fitsSomewhere(sight.fleet(), sight.need())
        ? EvictionPolicy.choose(
            sight.fleet(), sight.need(), wish(sight), sight.soft().evictions().kept(sight.now()))
        : Optional.empty();
  }

  /** What is said of each machine for one more instance, with who there might give way to it. */
  static List<Verdict> verdicts(Sight sight) {
    List<Verdict> verdicts = Outlook.verdicts(sight);
    return isShort(sight)
        ? verdicts.stream().map(verdict -> withOthers(sight, verdict)).toList()
        : verdicts;
  }

  private static Verdict withOthers(Sight sight, Verdict verdict) {
    Optional<Machine> machine = sight.fleet().machine(verdict.machine());
    if (verdict.fits() || !verdict.everFits() || machine.isEmpty()) {
      return verdict;
    }
    return EvictionPolicy.inWords(
            sight.fleet(), machine.get(), wish(sight), sight.soft().evictions().kept(sight.now()))
        .map(
            others ->
                new Verdict(
                    verdict.machine(),
                    verdict.fits(),
                    verdict.everFits(),
                    verdict.predicate(),
                    verdict.text() + "; in place of: " + others))
        .orElse(verdict);
  }
}
