package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whether waiting for the first instance of a name is in vain: none is there, and no machine of the
 * fleet could ever run one, or each that could says that it can never be started. What only lacks
 * room, is silent, has just joined or once ran out of memory with it could. It must be so for
 * {@link RolloutTimes#roomPatience}: machines that come back at the same time as whoever asks are
 * waited for.
 */
final class HopelessPolicy {

  private HopelessPolicy() {}

  /** For which reason it is in vain, and since when without a break. */
  record Vain(ErrorCode code, Instant since) {}

  /** The step of a round, after all that places: remembers since when it is in vain. */
  static void step(Round round) {
    // One that is being asked again has not said anything else yet.
    Optional<ErrorCode> code = finding(round.sight(), said -> true).map(Refused::code);
    round.remember(round.soft().with(round.soft().noPlace().vain(code, round.now())));
  }

  /** Why it is in vain, with what to do; empty while there is hope, or too little is known. */
  static Optional<Refused> of(Sight sight) {
    Duration patience = sight.policy().rollout().roomPatience();
    Optional<ErrorCode> old =
        sight
            .soft()
            .noPlace()
            .vain()
            .filter(vain -> !vain.since().plus(patience).isAfter(sight.now()))
            .map(Vain::code);
    return old.isEmpty()
        ? Optional.empty()
        : finding(sight, said -> said.lasts(sight.now()))
            .filter(why -> old.filter(why.code()::equals).isPresent());
  }

  /**
   * Why it is in vain just now.
   *
   * @param counts which machines' refusals to describe it do
   */
  private static Optional<Refused> finding(Sight sight, Predicate<SoftState.Hold> counts) {
    ModelState state = sight.state();
    boolean placeable = state.live().isPresent() && !state.isSelfRegistered() && state.wanted() > 0;
    if (!placeable || !state.instances().isEmpty() || !sight.ahead().isEmpty() || isBlind(sight)) {
      return Optional.empty();
    }
    List<Verdict> verdicts = Outlook.verdicts(sight);
    List<Verdict> open = verdicts.stream().filter(HopelessPolicy::mayYetHold).toList();
    return open.isEmpty()
        ? Optional.of(fitsNowhere(sight, verdicts))
        : invalid(sight, open, counts);
  }

  /**
   * A registry node that knows no machine knows nothing of any. One that has just started has not
   * heard those that start at the same time, which it would call lost only after that time.
   */
  private static boolean isBlind(Sight sight) {
    return sight.fleet().machines().isEmpty()
        || sight.fleet().watching().compareTo(sight.policy().lostAfter()) <= 0;
  }

  /** What ran out of memory once may not do so again, and an operator can have it tried again. */
  private static boolean mayYetHold(Verdict verdict) {
    return verdict.everFits() || verdict.predicate().equals("does-not-fit");
  }

  /** All that could hold it say so; one that says nothing might not. */
  private static Optional<Refused> invalid(
      Sight sight, List<Verdict> open, Predicate<SoftState.Hold> counts) {
    List<SoftState.Hold> refusing =
        open.stream()
            .flatMap(one -> sight.absence(one.machine()).stream())
            .filter(counts)
            .filter(said -> said.code().filter(ErrorCode.INVALID_SPEC::equals).isPresent())
            .toList();
    return refusing.size() < open.size()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.INVALID_SPEC,
                "%s cannot be started: %s"
                    .formatted(sight.state().name(), refusing.get(0).reason())));
  }

  private static Refused fitsNowhere(Sight sight, List<Verdict> verdicts) {
    int more = verdicts.size() - Outlook.MACHINES_SHOWN;
    return Refused.of(
        ErrorCode.CANNOT_BE_PLACED,
        "no machine can ever hold %s: %s%s"
            .formatted(
                sight.state().name(),
                verdicts.stream()
                    .sorted(Comparator.comparing(Outlook::remoteness))
                    .limit(Outlook.MACHINES_SHOWN)
                    .map(Verdict::text)
                    .collect(Collectors.joining("; ")),
                more > 0 ? "; and %d more machines".formatted(more) : ""));
  }
}
