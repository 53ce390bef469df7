package io.remuda.node.task;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How a worker goes about its tasks: {@code remuda.tasks} of the configuration.
 *
 * @param attempts claims after which a task is poison
 * @param runLimit within which a model answers
 * @param retryPause between two attempts, and between two tries to reach the result store
 * @param holdLimit how long a task is kept while the result store is away
 * @param lookInterval at which a running task's record is looked at
 * @param maxResult bytes
 */
public record TaskWorkerSettings(
    int attempts,
    Duration runLimit,
    Duration retryPause,
    Duration holdLimit,
    Duration lookInterval,
    long maxResult) {

  public static TaskWorkerSettings from(Config root) {
    Config config = root.getConfig("remuda.tasks");
    return new TaskWorkerSettings(
        config.getInt("attempts"),
        config.getDuration("run-limit"),
        config.getDuration("retry-pause"),
        config.getDuration("hold-limit"),
        config.getDuration("look-interval"),
        config.getBytes("max-result-size"));
  }

  /** The same with another limit for the model. */
  public TaskWorkerSettings withRunLimit(Duration limit) {
    return new TaskWorkerSettings(attempts, limit, retryPause, holdLimit, lookInterval, maxResult);
  }
}
