package io.remuda.registry.model;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How patient a rollout is.
 *
 * @param deadline without one more instance that is ready, after which it is given up, where the
 *     deployment names none
 * @param idlePatience for which a busy instance that has to go first is left to its work
 * @param roomPatience for which room beside the old version must be missing before an instance of
 *     it makes way, where both would do
 */
public record RolloutTimes(Duration deadline, Duration idlePatience, Duration roomPatience) {

  public static RolloutTimes from(Config rollout) {
    return new RolloutTimes(
        rollout.getDuration("deadline"),
        rollout.getDuration("idle-patience"),
        rollout.getDuration("room-patience"));
  }
}
