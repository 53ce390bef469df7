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
          (history, limits) -> live(history),
          Settling::unsettled,
          Requests::undue,
          (history, limits) -> Requests.silent(history));

  private Checker() {}

  /** All that is wrong with {@code history}; empty when nothing is. */
  public static List<Violation> check(History history, Limits limits) {
    return CHECKS.stream().flatMap(check -> check.apply(history, limits).stream()).toList();
  }

  private static List<Violation> live(History history) {
    Live live = new Live();
    return history.seen().stream().flatMap(seen -> live.see(seen).stream()).toList();
  }
}
