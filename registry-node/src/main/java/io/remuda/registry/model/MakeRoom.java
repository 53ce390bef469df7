package io.remuda.registry.model;

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
    if (round.older() || !isShort(sight) || round.pausedByFailures() || now.isAsking(round.now())) {
      return;
    }
    Need need = sight.need();
    if (Scheduler.fitsSomewhere(round.fleet(), need)) {
      return;
    }
    Wish wish = wish(sight);
    EvictionPolicy.choose(round.fleet(), need, wish, now.kept(round.now()))
        .ifPresent(
            eviction -> {
              round.remember(
                  round
                      .soft()
                      .with(now.asked(eviction.machine(), round.policy().evict(), round.now())));
              round.order(
                  new Action.AskToGiveWay(
                      eviction.machine(), eviction.instances(), wish.priority(), wish.asked()));
            });
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
    if (isServing(sight) && Outlook.missing(sight) == 0) {
      return last.served();
    }
    return isShort(sight) && !last.isAsking(round.now()) ? last.lapsed() : last;
  }

  private static boolean isServing(Sight sight) {
    return sight.state().instances().values().stream().anyMatch(sight::ready);
  }

  /** Whether an instance is missing that an ordinary placement would bring, were there room. */
  private static boolean isShort(Sight sight) {
    return isKnown(sight) && lacksOne(sight);
  }

  /** The same, whether its model is known or not. */
  static boolean lacksOne(Sight sight) {
    return sight.state().live().isPresent()
        && !sight.state().isSelfRegistered()
        && Outlook.missing(sight) > 0
        // Where versions change places it is the rollout that knows who goes for whom.
        && (sight.state().rollout().isEmpty() || sight.counted().isEmpty());
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
