package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.HopelessPolicy.Vain;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * When it is written that wanted instances fit nowhere. Not at once: room that comes within {@link
 * RolloutTimes#roomPatience} is no matter for the journal, nor is a fleet that the registry node
 * has only begun to hear. Then once for each reason, which is the set of machines with the
 * predicate that each fails and not the numbers, and no sooner than {@link
 * ReconcilePolicy#restartHold} after the last. What was written is soft: the name's next owner
 * writes it once more.
 */
final class NoPlaceDecider {

  private NoPlaceDecider() {}

  /**
   * What is remembered of it.
   *
   * @param since when nothing was found to fit first; empty while all have a place
   * @param told what was written last
   * @param vain since when waiting for the first instance is in vain; empty while it is not
   */
  record Memory(Optional<Instant> since, Optional<Told> told, Optional<Vain> vain) {

    static final Memory NONE = new Memory(Optional.empty(), Optional.empty(), Optional.empty());

    private Memory since(Instant now) {
      return since.isPresent() ? this : new Memory(Optional.of(now), told, vain);
    }

    private Memory placed() {
      return new Memory(Optional.empty(), told, vain);
    }

    private Memory told(Map<String, String> reasons, Instant now) {
      return new Memory(since, Optional.of(new Told(reasons, since, now)), vain);
    }

    /** It is in vain for this reason, which it may have been before; none: it is not. */
    Memory vain(Optional<ErrorCode> code, Instant now) {
      return new Memory(
          since,
          told,
          code.map(why -> vain.filter(was -> was.code() == why).orElse(new Vain(why, now))));
    }

    /** Whether these reasons were written since nothing fits. */
    private boolean isTold(Map<String, String> reasons) {
      return told.filter(last -> last.since().equals(since) && last.reasons().equals(reasons))
          .isPresent();
    }
  }

  /**
   * An event that was written.
   *
   * @param reasons the predicate that failed, by machine
   * @param since when nothing fitted, as it was known then
   */
  record Told(Map<String, String> reasons, Optional<Instant> since, Instant at) {
    Told {
      reasons = Map.copyOf(reasons);
    }
  }

  /** The step of a round, after all that places. */
  static void step(Round round) {
    Memory before = round.soft().noPlace();
    Sight sight = round.sight();
    Optional<Lack> lack = fitsNowhere(round, sight);
    if (lack.isEmpty()) {
      round.remember(round.soft().with(before.placed()));
      return;
    }
    Memory memory = before.since(round.now());
    round.remember(round.soft().with(memory));
    Duration patience = round.policy().rollout().roomPatience();
    // What passes is not told of, and does not make what it interrupts anything new.
    if (round.pausedByFailures()
        || round.soft().evictions().isHopeful(round.now())
        || isWithin(patience, memory.since(), round.now())
        || isWithin(round.policy().restartHold(), memory.told().map(Told::at), round.now())) {
      return;
    }
    List<Verdict> verdicts = lack.get().verdicts(sight);
    Map<String, String> reasons = reasons(verdicts);
    if (memory.isTold(reasons)) {
      return;
    }
    round.remember(round.soft().with(memory.told(reasons, round.now())));
    round.emit(
        new FoundNoPlace(
            round.state().name(),
            lack.get().count(),
            round.wanted(),
            verdicts.size(),
            verdicts.stream().sorted(Comparator.comparing(Outlook::remoteness)).toList(),
            round.now()));
  }

  /** What is missing and fits nowhere, as far as that is known. */
  private static Optional<Lack> fitsNowhere(Round round, Sight sight) {
    FleetSnapshot fleet = round.fleet();
    return round.older() || fleet.watching().compareTo(round.policy().suspectAfter()) <= 0
        ? Optional.empty()
        : Lack.of(sight)
            .filter(Lack::isToldOf)
            .filter(lack -> !Scheduler.fitsSomewhere(fleet, lack.need(sight)))
            .filter(lack -> lack.isKnown(sight) || noneCould(lack.verdicts(sight)));
  }

  /** Of a model that nobody has described: whether there is anybody to ask. */
  private static boolean noneCould(List<Verdict> verdicts) {
    return verdicts.stream().noneMatch(Verdict::everFits);
  }

  /** A time of another registry node's clock that is yet to come is not waited for. */
  private static boolean isWithin(Duration time, Optional<Instant> since, Instant now) {
    return since.filter(at -> at.plus(time).isAfter(now) && !at.isAfter(now)).isPresent();
  }

  private static Map<String, String> reasons(List<Verdict> verdicts) {
    Map<String, String> reasons = new TreeMap<>();
    verdicts.forEach(verdict -> reasons.put(verdict.machine().value(), verdict.predicate()));
    return reasons;
  }
}
