package io.remuda.registry.model;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How soon an idle model gives way to a wanted one; see {@code remuda.registry.evict} in
 * reference.conf.
 *
 * @param idle how long one of the same priority must have been idle
 * @param hold after a name has had room made, in which it has none made again and in which what
 *     gave way does not come back to the place
 * @param holdMax longest such time: it doubles each time that room was made and nothing came of it
 */
public record EvictionTimes(Duration idle, Duration hold, Duration holdMax) {

  /** Reads {@code remuda.registry.evict}. */
  public static EvictionTimes from(Config registry) {
    Config evict = registry.getConfig("evict");
    EvictionTimes times =
        new EvictionTimes(
            evict.getDuration("idle"), evict.getDuration("hold"), evict.getDuration("hold-max"));
    if (times.holdMax().compareTo(times.hold()) < 0) {
      throw new IllegalArgumentException(
          "remuda.registry.evict.hold-max (%s) must not be shorter than hold (%s)"
              .formatted(times.holdMax(), times.hold()));
    }
    return times;
  }
}
