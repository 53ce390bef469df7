package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Phase;
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
 * free again, so that nothing starts before the memory is back. Nobody is asked before the machines
 * know what has been decided for the name's own instances.
 */
final class MakeRoom {

  private MakeRoom() {}

  /** The step of a round: whom to ask, one machine's instances at a time. */
  static void step(Round round) {
    Sight sight = round.sight();
    Optional<Lack> lack = lack(sight);
    Evictions now = remembered(round, sight, lack.isPresent());
    round.remember(round.soft().with(now));
    if (round.older() || lack.isEmpty() || round.pausedByFailures() || isUnheard(sight)) {
      return;
    }
    Need need = lack.get().need(sight);
    if (Scheduler.fitsSomewhere(round.fleet(), need)) {
      return;
    }
    Wish wish = wish(sight);
    if (!now.isAsking(round.now())) {
      begin(round, need, wish, now);
    }
    goOn(round, wish);
  }

  /**
   * Whether a machine has still to hear what was decided for one of its own. Until then what room
   * there is is a guess, and who gives way could be given what is promised. Only of a machine that
   * speaks, which is told again and again: on no other is any room looked for.
   */
  private static boolean isUnheard(Sight sight) {
    return sight.state().instances().values().stream()
        .filter(
            instance ->
                sight
                    .fleet()
                    .machine(instance.machine())
                    .filter(machine -> sight.speaks(machine) && machine.report().settled())
                    .isPresent())
        .anyMatch(
            instance ->
                instance.stopping()
                    ? sight.report(instance).map(said -> !isGoing(said)).orElse(true)
                    : sight.report(instance).isEmpty() && sight.refusal(instance).isEmpty());
  }

  private static boolean isGoing(InstanceReport said) {
    return said.phase() == Phase.DRAINING;
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

  private static Evictions remembered(Round round, Sight sight, boolean isShort) {
    Evictions pruned = round.soft().evictions().pruned(round.now());
    Evictions last =
        sight
            .state()
            .given()
            .filter(sight::hasCome)
            .map(given -> pruned.come(given.id()))
            .orElse(pruned);
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
    return lack(sight).isPresent();
  }

  private static Optional<Lack> lack(Sight sight) {
    return Lack.of(sight).filter(lack -> lack.isKnown(sight));
  }

  /**
   * Whether requests that wait may make an instance start of a name that has none ready: it is on
   * its way, or room can be made.
   */
  static boolean mayCome(Sight sight) {
    return sight.soft().evictions().asked().isPresent()
        || sight.state().given().isPresent()
        || sight.state().failures().count() == 0
            && lack(sight)
                .or(() -> Lack.onceAllHaveGone(sight).filter(lack -> lack.isKnown(sight)))
                .filter(
                    lack ->
                        EvictionPolicy.mayHelp(
                            sight.fleet(),
                            lack.need(sight),
                            wish(sight),
                            sight.soft().evictions().kept(sight.now())))
                .isPresent();
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
    return lack(sight)
        .map(lack -> lack.need(sight))
        .filter(need -> !Scheduler.fitsSomewhere(sight.fleet(), need))
        .flatMap(
            need ->
                EvictionPolicy.choose(
                    sight.fleet(), need, wish(sight), sight.soft().evictions().kept(sight.now())));
  }

  /** What is said of each machine for one more instance, with who there might give way to it. */
  static List<Verdict> verdicts(Sight sight) {
    return lack(sight)
        .map(
            lack ->
                lack.verdicts(sight).stream().map(verdict -> withOthers(sight, verdict)).toList())
        .orElseGet(() -> Outlook.verdicts(sight));
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
                    verdict.text() + "; " + others))
        .orElse(verdict);
  }
}
