package io.remuda.registry.usage;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How long the sums of what models were used for are kept.
 *
 * @param retention of an hour's sums
 * @param waiting so many questions and lines handed in may wait for the database
 */
public record UsageTimes(Duration retention, int waiting) {

  /** Below it a month's budget would forget what was spent of it. */
  private static final Duration SHORTEST = Duration.ofDays(32);

  /** The part of the configuration under {@code remuda.registry}. */
  public static UsageTimes from(Config config) {
    Duration retention = config.getDuration("usage.retention");
    if (retention.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "remuda.registry.usage.retention is %s; it is at least %d days, since budgets are by month"
              .formatted(retention, SHORTEST.toDays()));
    }
    int waiting = config.getInt("usage.waiting");
    if (waiting < 1) {
      throw new IllegalArgumentException("remuda.registry.usage.waiting is at least 1");
    }
    return new UsageTimes(retention, waiting);
  }
}
