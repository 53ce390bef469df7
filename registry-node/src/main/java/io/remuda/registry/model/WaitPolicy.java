package io.remuda.registry.model;

import io.remuda.registry.model.Claims.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a lease that waits for an instance is told of the wait. */
final class WaitPolicy {

  private WaitPolicy() {}

  /**
   * How long until an instance on its way is ready, from how long the others took; empty where none
   * is on its way for the last of {@code line}, or none was ready yet. Each whole one takes an
   * instance from those behind it, and shares as few as hold them: one that fits beside others
   * waits only for those before it, which it does not overtake.
   *
   * @param line the claims that wait up to the one that it is about, in their order
   */
  static Optional<Duration> estimate(Sight sight, List<Claim> line) {
    List<Instance> starting =
        sight.current().stream().filter(instance -> instance.readyAt().isEmpty()).toList();
    Optional<Duration> usual = usual(sight);
    int needed = ShareRoom.more(sight, line, false);
    if (usual.isEmpty() || needed < 1 || needed > starting.size()) {
      return Optional.empty();
    }
    Instant due = starting.get(needed - 1).assignedAt().plus(usual.get());
    return Optional.of(
        due.isAfter(sight.now()) ? Duration.between(sight.now(), due) : Duration.ZERO);
  }

  /** The longest that one of the present instances took from its assignment on. */
  private static Optional<Duration> usual(Sight sight) {
    return sight.current().stream()
        .flatMap(
            instance ->
                instance.readyAt().map(at -> Duration.between(instance.assignedAt(), at)).stream())
        .filter(took -> !took.isNegative())
        .max(Duration::compareTo);
  }

  /** Why whoever waits does so; the same for all. */
  static String reason(Sight sight) {
    ModelState state = sight.state();
    if (state.live().isEmpty()) {
      return state.name() + " is not deployed";
    }
    if (state.wanted() == 0) {
      return "%s is scaled to zero; `remuda scale %s 1` starts it"
          .formatted(state.name(), state.name());
    }
    List<Instance> staying = sight.counted();
    Optional<Instance> starting = staying.stream().filter(each -> !sight.ready(each)).findFirst();
    if (starting.isPresent()) {
      return Outlook.standing(sight, starting.get());
    }
    int wanted = TenancyDecider.wanted(sight);
    return staying.size() < wanted
        ? "one more instance has no place yet: " + Outlook.waitsFor(sight)
        : "all %d instances of %s are leased%s%s"
            .formatted(
                staying.size(),
                state.name(),
                staying.stream().allMatch(sight::leasedWhole)
                    ? ""
                    : ", or leases have too many of their slots",
                staying.stream()
                    .flatMap(instance -> AbandonDecider.said(sight, instance).stream())
                    .findFirst()
                    .map("; "::concat)
                    .orElse(""));
  }
}
