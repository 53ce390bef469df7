package io.remuda.deploy.check;

import java.util.List;
import java.util.function.BiFunction;

/**
 * Judges what a fleet was seen to do under faults: a pure function from a history to what of it
 * must not be. The seeded simulation and the tests of real processes share it.
 */
public final class Checker {

  private static final List<BiFunction<History, Limits, List<Violation>>> CHECKS =
      List.of(
          (history, limits) -> Names.twoSchemas(history),
          (history, limits) -> Names.lost(history),
          (history, limits) -> Machines.promisedTwice(history),
          (history, limits) -> Machines.startedTwice(history),
          (history, limits) -> Machines.staleEpochs(history),
          Settling::unsettled,
          Requests::undue,
          (history, limits) -> Requests.silent(history),
          (history, limits) -> Bounds.twoCommits(history),
          (history, limits) -> Bounds.exceeded(history));

  private Checker() {}

  /** All that is wrong with {@code history}; empty when nothing is. */
  public static List<Violation> check(History history, Limits limits) {
    return CHECKS.stream().flatMap(check -> check.apply(history, limits).stream()).toList();
  }
}
