package io.remuda.node.instance;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of an instance's life, from {@code remuda.node.instance}.
 *
 * @param queue requests that may wait at the gate
 * @param startLimit from start to ready
 * @param watchInterval between two looks whether a ready engine answers
 * @param watchFailures looks in a row without an answer after which the engine is ended
 * @param stallLimit without a byte while requests are in flight, after which it is looked at
 * @param hangLimit without a byte while requests are in flight, after which it is ended
 * @param stopGrace from asking an engine to end to killing it
 * @param taskInterval between two looks whether tasks can be taken
 * @param progressInterval between two looks how far a start is
 * @param restart when an engine that ended is started again
 * @param lease how long leases wait
 * @param trouble how closely engines' output is watched for what goes wrong
 */
public record InstanceSettings(
    int queue,
    Duration startLimit,
    Duration watchInterval,
    int watchFailures,
    Duration stallLimit,
    Duration hangLimit,
    Duration stopGrace,
    Duration taskInterval,
    Duration progressInterval,
    RestartPolicy restart,
    LeaseTimes lease,
    TroubleLimits trouble) {

  /** Reads {@code remuda.node.instance} of the whole configuration. */
  public static InstanceSettings from(Config root) {
    Config config = root.getConfig("remuda.node.instance");
    Config restart = config.getConfig("restart");
    return new InstanceSettings(
        config.getInt("queue"),
        config.getDuration("start-limit"),
        config.getDuration("watch-interval"),
        config.getInt("watch-failures"),
        config.getDuration("stall-limit"),
        config.getDuration("hang-limit"),
        config.getDuration("stop-grace"),
        config.getDuration("task-interval"),
        config.getDuration("progress-interval"),
        new RestartPolicy(
            restart.getDuration("first-pause"),
            restart.getDuration("longest-pause"),
            restart.getDuration("stable-after"),
            restart.getInt("give-up-after")),
        LeaseTimes.from(root),
        TroubleLimits.from(root));
  }
}
