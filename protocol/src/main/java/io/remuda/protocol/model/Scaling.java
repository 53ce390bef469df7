package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import java.time.Duration;
import java.util.Optional;

/**
 * Between which bounds a deployment scales by itself, and by what.
 *
 * @param min instances that it keeps; 0 lets it sleep
 * @param max instances at most
 * @param idleAfter how long nothing may have been asked before it sleeps; only with {@code min} 0
 * @param queueTarget requests that may wait for each ready instance before another one is started
 * @param ttft the time to the first token, 90th percentile, above which another one is started;
 *     empty: the queue alone decides
 */
public record Scaling(
    int min, int max, Optional<Duration> idleAfter, int queueTarget, Optional<Duration> ttft) {

  public static final int DEFAULT_QUEUE_TARGET = 1;

  public Scaling {
    idleAfter = Absent.orEmpty(idleAfter);
    ttft = Absent.orEmpty(ttft);
    if (min < 0 || max < 1 || max > ModelSpec.MAX_REPLICAS || min > max) {
      throw new IllegalArgumentException(
          "scaling goes from 0 or more to at most %d, and min is not above max; not from %d to %d"
              .formatted(ModelSpec.MAX_REPLICAS, min, max));
    }
    if (idleAfter.isPresent() && min > 0) {
      throw new IllegalArgumentException("what keeps min = " + min + " never sleeps: no idleAfter");
    }
    if (queueTarget < 1) {
      throw new IllegalArgumentException("queueTarget is at least 1, not " + queueTarget);
    }
    if (idleAfter.filter(after -> after.isNegative() || after.isZero()).isPresent()
        || ttft.filter(after -> after.isNegative() || after.isZero()).isPresent()) {
      throw new IllegalArgumentException("idleAfter and ttft are longer than nothing");
    }
  }

  /** The nearest number of instances to {@code wished} that is within the bounds. */
  public int clamp(int wished) {
    return Math.max(min, Math.min(max, wished));
  }
}
