package io.remuda.registry.model;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How far leases may go on one name; see {@code remuda.registry.lease} in reference.conf.
 *
 * @param queue leases that may wait for the name
 * @param extra instances beyond its number that are placed for leases, where it does not scale by
 *     itself
 * @param claimLimit after which a claim that was not heard again waits no longer
 * @param abandonedAfter after which an instance whose lease does not claim it is taken back, though
 *     its machine still keeps it for the holder
 * @param sessions whose former instances are remembered
 * @param linger for which an instance beyond the name's number stays when its lease is over
 */
public record LeaseLimits(
    int queue,
    int extra,
    Duration claimLimit,
    Duration abandonedAfter,
    int sessions,
    Duration linger) {

  /** Throws IllegalArgumentException when a number is out of its range. */
  public LeaseLimits {
    if (queue < 1 || extra < 0 || sessions < 0) {
      throw new IllegalArgumentException(
          ("remuda.registry.lease needs a queue of 1 or more, extra and sessions of 0 or more,"
                  + " not %d, %d and %d")
              .formatted(queue, extra, sessions));
    }
    if (linger.isNegative()) {
      throw new IllegalArgumentException(
          "remuda.registry.lease.linger (%s) must be 0s or longer".formatted(linger));
    }
  }

  /** Reads {@code remuda.registry.lease}. */
  public static LeaseLimits from(Config registry) {
    Config lease = registry.getConfig("lease");
    return new LeaseLimits(
        lease.getInt("queue"),
        lease.getInt("extra"),
        lease.getDuration("claim-limit"),
        lease.getDuration("abandoned-after"),
        lease.getInt("sessions"),
        lease.getDuration("linger"));
  }
}
