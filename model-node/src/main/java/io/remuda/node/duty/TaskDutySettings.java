package io.remuda.node.duty;

import com.typesafe.config.Config;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;

/**
 * How instances go about tasks: {@code remuda.tasks} of the configuration.
 *
 * @param window tasks that an instance may have taken and not acknowledged; 0: as its slots say
 * @param mostTaken as many of the largest ones as an instance may hold in memory
 * @param patience how long a queue or store may be away before tasks count as off
 */
public record TaskDutySettings(
    int window, int mostTaken, Duration patience, TaskWorkerSettings worker) {

  private static final int LEAST_IN_JVM = 64;

  /** Throws {@link StartRefused} for a limit of inputs that lets none through. */
  public static TaskDutySettings from(Config root) {
    Config config = root.getConfig("remuda.tasks");
    long largest = config.getBytes("payload-limit");
    if (largest < 1) {
      throw new StartRefused(
          "remuda.tasks.payload-limit is "
              + config.getString("payload-limit")
              + ", which lets no task have an input. Give it the bytes that an input may have, such"
              + " as 1 MiB, the same for gateways and machines.");
    }
    long mostTaken = config.getBytes("window-size") / largest;
    return new TaskDutySettings(
        config.getInt("window"),
        (int) Math.max(1, Math.min(mostTaken, Integer.MAX_VALUE)),
        config.getDuration("patience"),
        TaskWorkerSettings.from(root));
  }

  /**
   * The window of an instance. Bounded by what its tasks may take in memory, since a queue hands
   * over as many as the window has, whatever their size.
   *
   * @param inJvm whether a call costs no more than its own work, so that waiting for the next task
   *     would be most of the time
   */
  int windowFor(int slots, boolean inJvm) {
    int wanted = window > 0 ? window : Math.max(2 * slots, inJvm ? LEAST_IN_JVM : 1);
    return Math.min(wanted, mostTaken);
  }
}
