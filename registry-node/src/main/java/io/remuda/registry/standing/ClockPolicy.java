package io.remuda.registry.standing;

import java.time.Duration;
import java.util.Optional;

/**
 * When another node's wall clock counts as off. A question and its answer take their time, on a
 * busy machine seconds: within that the answer may have been given at any moment, so only what no
 * such moment explains is held against it.
 *
 * @param allowed difference that nobody is told of
 */
record ClockPolicy(Duration allowed) {

  /**
   * By how much the other clock is ahead at least, or behind, where that is more than is allowed.
   * All in milliseconds since 1970-01-01T00:00Z.
   *
   * @param asked our clock when the question left
   * @param answered our clock when the answer came
   * @param told the other clock in between
   */
  Optional<Duration> off(long asked, long answered, long told) {
    long ahead = told > answered ? told - answered : Math.min(0, told - asked);
    return Optional.of(Duration.ofMillis(ahead))
        .filter(least -> least.abs().compareTo(allowed) > 0);
  }
}
