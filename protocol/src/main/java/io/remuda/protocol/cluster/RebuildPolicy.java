package io.remuda.protocol.cluster;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next actor system: anything between nothing and a bound that doubles
 * with each attempt, so that many nodes which lost the registry at once do not come back at once.
 */
final class RebuildPolicy {

  private final Duration min;
  private final Duration max;

  RebuildPolicy(Duration min, Duration max) {
    this.min = min;
    this.max = max;
  }

  /** The wait before attempt {@code attempt}, counted from 0. */
  Duration delay(int attempt, RandomGenerator random) {
    long bound = min.toMillis() << Math.min(attempt, 20);
    return Duration.ofMillis(random.nextLong(Math.min(bound, max.toMillis()) + 1));
  }

  /** A system that lived for ten times the longest wait counts as a success. */
  int attemptAfter(int attempt, Duration lived) {
    return lived.compareTo(max.multipliedBy(10)) >= 0 ? 0 : attempt;
  }
}
