package io.remuda.node.duty;

import com.typesafe.config.Config;
import io.remuda.node.task.TaskWorkerSettings;
import java.time.Duration;

/**
 * How instances go about tasks: {@code remuda.tasks} of the configuration.
 *
 * @param window tasks that an instance may have taken and not acknowledged; 0: as its slots say
 * @param patience how long a queue or store may be away before tasks count as off
 */
public record TaskDutySettings(int window, Duration patience, TaskWorkerSettings worker) {

  private static final int LEAST_IN_JVM = 64;

  public static TaskDutySettings from(Config root) {
    Config config = root.getConfig("remuda.tasks");
    return new TaskDutySettings(
        config.getInt("window"), config.getDuration("patience"), TaskWorkerSettings.from(root));
  }

  /**
   * The window of an instance.
   *
   * @param inJvm whether a call costs no more than its own work, so that waiting for the next task
   *     would be most of the time
   */
  int windowFor(int slots, boolean inJvm) {
    return window > 0 ? window : Math.max(2 * slots, inJvm ? LEAST_IN_JVM : 1);
  }
}
