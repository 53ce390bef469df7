package io.remuda.registry.usage;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How what gateways may take in a minute is handed out.
 *
 * @param portionLife a portion that is not used for so long is lost
 * @param listen an owner that takes over from another one hears all gateways within it
 */
public record AllowanceTimes(Duration portionLife, Duration listen) {

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** The part of the configuration under {@code remuda.registry}. */
  public static AllowanceTimes from(Config config) {
    Duration life = config.getDuration("limits.portion-life");
    if (life.compareTo(SHORTEST) < 0 || life.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "remuda.registry.limits.portion-life is %s; it is from %s to %s"
              .formatted(life, SHORTEST, LONGEST));
    }
    return new AllowanceTimes(life, config.getDuration("limits.listen"));
  }
}
