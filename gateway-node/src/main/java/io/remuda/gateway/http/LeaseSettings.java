package io.remuda.gateway.http;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Optional;

/**
 * Limits of leases, from {@code remuda.gateway.leases}.
 *
 * @param publicUrl under which clients reach this gateway; empty: as each of them has addressed it
 * @param defaultTtl of a lease whose client names none
 * @param maxTtl the longest that a client may name
 * @param defaultPatience for which one waits whose client does not say
 * @param maxPatience the longest that a client may name
 * @param mostModels of one lease
 * @param longestWait the longest {@code ?wait=} that is served
 * @param firstLook after which one that is waited for is looked at again, at first
 * @param longestLook and at last
 * @param waiting clients that may wait at one time
 * @param lookLimit within which a request learns where its lease is
 * @param lookups leases that are looked up for requests at one time
 * @param encrypted whether clients reach this gateway by HTTPS
 */
public record LeaseSettings(
    Optional<String> publicUrl,
    Duration defaultTtl,
    Duration maxTtl,
    Duration defaultPatience,
    Duration maxPatience,
    int mostModels,
    Duration longestWait,
    Duration firstLook,
    Duration longestLook,
    int waiting,
    Duration lookLimit,
    int lookups,
    boolean encrypted) {

  /** Reads the settings; throws IllegalArgumentException for defaults beyond their limits. */
  public static LeaseSettings from(Config config) {
    Config leases = config.getConfig("remuda.gateway.leases");
    String url = leases.getString("public-url");
    LeaseSettings settings =
        new LeaseSettings(
            url.isBlank() ? Optional.empty() : Optional.of(url.strip().replaceAll("/+$", "")),
            leases.getDuration("default-ttl"),
            leases.getDuration("max-ttl"),
            leases.getDuration("default-patience"),
            leases.getDuration("max-patience"),
            leases.getInt("most-models"),
            leases.getDuration("longest-wait"),
            leases.getDuration("first-look"),
            leases.getDuration("longest-look"),
            leases.getInt("waiting"),
            leases.getDuration("look-limit"),
            leases.getInt("lookups"),
            !config.getString("remuda.gateway.tls.certificate").isBlank());
    refuseAbove(settings.defaultTtl(), settings.maxTtl(), "ttl");
    refuseAbove(settings.defaultPatience(), settings.maxPatience(), "patience");
    if (settings.maxTtl().compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "remuda.gateway.leases.max-ttl is 1s at least, not " + settings.maxTtl());
    }
    return settings;
  }

  private static void refuseAbove(Duration fallback, Duration most, String what) {
    if (fallback.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "remuda.gateway.leases.default-%s is %s, above max-%s, which is %s; change one of both"
              .formatted(what, fallback, what, most));
    }
  }
}
