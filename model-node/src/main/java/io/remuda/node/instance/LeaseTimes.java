package io.remuda.node.instance;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How long leases wait at an instance, from {@code remuda.node.lease}.
 *
 * @param grace what is under way when a lease was not renewed in time may go on for so long
 * @param clear how long other calls may keep a new lease waiting
 */
public record LeaseTimes(Duration grace, Duration clear) {

  /** Reads {@code remuda.node.lease} of the whole configuration. */
  public static LeaseTimes from(Config root) {
    Config config = root.getConfig("remuda.node.lease");
    return new LeaseTimes(config.getDuration("grace"), config.getDuration("clear"));
  }
}
