package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether waiting for the first instance of a name is in vain: none is there, and no machine of the
 * fleet could ever run one. What only lacks room, is silent or has just joined could. A fleet is
 * given {@link RolloutTimes#roomPatience} to become what it is: machines that come back at the same
 * time as whoever asks are waited for.
 */
final class HopelessPolicy {

  private HopelessPolicy() {}

  /** Why it is in vain, with what to do; empty while there is hope, or too little is known. */
  static Optional<Refused> of(Sight sight) {
    ModelState state = sight.state();
    boolean placeable = state.live().isPresent() && !state.isSelfRegistered() && state.wanted() > 0;
    if (!placeable || !state.instances().isEmpty() || !sight.ahead().isEmpty() || isBlind(sight)) {
      return Optional.empty();
    }
    List<Verdict> open = Outlook.verdicts(sight).stream().filter(Verdict::everFits).toList();
    return open.isEmpty() ? fitsNowhere(sight) : invalid(sight, open);
  }

  /** A registry node that has just started, or knows no machine, knows nothing of any. */
  private static boolean isBlind(Sight sight) {
    return sight.fleet().machines().isEmpty()
        || sight.fleet().watching().compareTo(sight.policy().suspectAfter()) <= 0;
  }

  /** All that can be asked say so; one that is silent would be no other one. */
  private static Optional<Refused> invalid(Sight sight, List<Verdict> open) {
    List<Verdict> heard =
        open.stream()
            .filter(one -> sight.fleet().machine(one.machine()).filter(sight::speaks).isPresent())
            .toList();
    List<SoftState.Hold> refusing =
        heard.stream()
            .flatMap(one -> Optional.ofNullable(sight.soft().absent().get(one.machine())).stream())
            .filter(said -> said.code().filter(ErrorCode.INVALID_SPEC::equals).isPresent())
            .toList();
    return refusing.isEmpty() || refusing.size() < heard.size()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.INVALID_SPEC,
                "%s cannot be started: %s"
                    .formatted(sight.state().name(), refusing.get(0).reason())));
  }

  private static Optional<Refused> fitsNowhere(Sight sight) {
    Duration patience = sight.policy().rollout().roomPatience();
    Optional<Instant> since = sight.soft().noPlace().since();
    if (since.filter(at -> !at.plus(patience).isAfter(sight.now())).isEmpty()) {
      return Optional.empty();
    }
    List<Verdict> verdicts = Outlook.verdicts(sight);
    int more = verdicts.size() - Outlook.MACHINES_SHOWN;
    return Optional.of(
        Refused.of(
            ErrorCode.CANNOT_BE_PLACED,
            "no machine can ever hold %s: %s%s"
                .formatted(
                    sight.state().name(),
                    verdicts.stream()
                        .sorted(Comparator.comparing(Outlook::remoteness))
                        .limit(Outlook.MACHINES_SHOWN)
                        .map(Verdict::text)
                        .collect(Collectors.joining("; ")),
                    more > 0 ? "; and %d more machines".formatted(more) : "")));
  }
}
