package io.remuda.registry.lease;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How patient a lease is with others; see {@code remuda.registry.lease} in reference.conf.
 *
 * @param repeatInterval after which it says again what it wants
 * @param answerWithin for which whoever asks for it is kept waiting for instances
 * @param remember for which one is known that has given everything back
 */
public record LeaseTimes(Duration repeatInterval, Duration answerWithin, Duration remember) {

  private static final Duration LEAST_REMEMBERED = Duration.ofMinutes(1);

  /** Reads {@code remuda.registry.lease}. */
  public static LeaseTimes from(Config registry) {
    Config lease = registry.getConfig("lease");
    LeaseTimes times =
        new LeaseTimes(
            lease.getDuration("repeat-interval"),
            lease.getDuration("answer-within"),
            lease.getDuration("remember"));
    if (lease.getDuration("claim-limit").compareTo(times.repeatInterval().multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          ("remuda.registry.lease.claim-limit (%s) must be at least twice repeat-interval (%s), or"
                  + " leases lose their place while they wait")
              .formatted(lease.getDuration("claim-limit"), times.repeatInterval()));
    }
    if (times.remember().compareTo(LEAST_REMEMBERED) < 0) {
      throw new IllegalArgumentException(
          ("remuda.registry.lease.remember (%s) must be at least %s, or whoever acquires a second"
                  + " time under one Idempotency-Key has two leases")
              .formatted(times.remember(), LEAST_REMEMBERED));
    }
    return times;
  }
}
