package io.remuda.registry.model;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How soon a deployment that scales by itself follows its load; see {@code remuda.registry.scale}
 * in reference.conf.
 *
 * @param upWindow for which more instances must be needed before there are more
 * @param downWindow for which fewer must be enough before there are fewer
 * @param directionHold after a change, in which there is none in the other direction
 * @param loadShare of its slots that an instance is to have in use
 * @param demandLimit after which what a gateway last said of its demand is forgotten
 */
public record ScaleTimes(
    Duration upWindow,
    Duration downWindow,
    Duration directionHold,
    double loadShare,
    Duration demandLimit) {

  /** Reads {@code remuda.registry.scale}. */
  public static ScaleTimes from(Config registry) {
    Config scale = registry.getConfig("scale");
    ScaleTimes times =
        new ScaleTimes(
            scale.getDuration("up-window"),
            scale.getDuration("down-window"),
            scale.getDuration("direction-hold"),
            scale.getDouble("load-share"),
            scale.getDuration("demand-limit"));
    if (!(times.loadShare() > 0 && times.loadShare() <= 1)) {
      throw new IllegalArgumentException(
          "remuda.registry.scale.load-share is above 0 and at most 1, not " + times.loadShare());
    }
    return times;
  }
}
