package io.remuda.gateway.routing;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How an instance is chosen for a request; see {@code remuda.gateway.routing} in reference.conf.
 *
 * @param loadWindow for which it counts what an instance said of its load
 * @param paceWindow for which it counts how soon an instance answered
 * @param paceSamples answers after which that counts
 * @param paceFloor faster is as good as this
 * @param outlier so many times slower than the other one counts as slower
 * @param slowStart in which a new instance comes to its full share; zero: at once
 * @param breakerFailures in a row after which an instance is left out; 0: never
 * @param breakerPause before it is tried again, the first time; it doubles
 * @param breakerLongestPause up to this
 * @param prefixBytes of a body's beginning that are compared; 0: none are
 * @param blockBytes of one step of that
 * @param indexEntries beginnings and sessions that are remembered
 * @param affinity requests that an instance may have more than another one and still be preferred,
 *     when it knows the whole beginning
 */
public record RoutingSettings(
    Duration loadWindow,
    Duration paceWindow,
    int paceSamples,
    Duration paceFloor,
    double outlier,
    Duration slowStart,
    int breakerFailures,
    Duration breakerPause,
    Duration breakerLongestPause,
    int prefixBytes,
    int blockBytes,
    int indexEntries,
    int affinity) {

  private static final int LONG = Long.BYTES;

  /** By requests in flight alone. */
  static final RoutingSettings PLAIN =
      new RoutingSettings(
          Duration.ZERO,
          Duration.ZERO,
          1,
          Duration.ZERO,
          1,
          Duration.ZERO,
          0,
          Duration.ZERO,
          Duration.ZERO,
          0,
          LONG,
          1,
          0);

  public RoutingSettings {
    require(paceSamples > 0, "pace-samples", "1 or more");
    require(outlier >= 1, "outlier", "1 or more");
    require(breakerFailures >= 0, "breaker-failures", "0, which turns it off, or more");
    require(
        breakerLongestPause.compareTo(breakerPause) >= 0,
        "breaker-longest-pause",
        "breaker-pause or longer");
    require(blockBytes >= LONG && blockBytes % LONG == 0, "prefix-block", "a multiple of 8 bytes");
    require(
        prefixBytes >= 0 && prefixBytes / blockBytes <= 64,
        "prefix-size",
        "0, which turns it off, up to 64 times prefix-block");
    require(indexEntries > 0, "index-entries", "1 or more");
    require(affinity >= 0, "affinity", "0 or more");
  }

  private static void require(boolean good, String key, String allowed) {
    if (!good) {
      throw new IllegalArgumentException(
          "remuda.gateway.routing." + key + " must be " + allowed + "; correct it");
    }
  }

  /** Reads {@code remuda.gateway.routing}. */
  public static RoutingSettings from(Config config) {
    Config routing = config.getConfig("remuda.gateway.routing");
    return new RoutingSettings(
        routing.getDuration("load-window"),
        routing.getDuration("pace-window"),
        routing.getInt("pace-samples"),
        routing.getDuration("pace-floor"),
        routing.getDouble("outlier"),
        routing.getDuration("slow-start"),
        routing.getInt("breaker-failures"),
        routing.getDuration("breaker-pause"),
        routing.getDuration("breaker-longest-pause"),
        (int) (long) routing.getBytes("prefix-size"),
        (int) (long) routing.getBytes("prefix-block"),
        routing.getInt("index-entries"),
        routing.getInt("affinity"));
  }
}
