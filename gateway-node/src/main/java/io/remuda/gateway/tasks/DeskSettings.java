package io.remuda.gateway.tasks;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of the tasks that a gateway takes in, from {@code remuda.gateway.tasks} and {@code
 * remuda.tasks}.
 *
 * @param payloadLimit bytes of an input as the client sends it
 * @param memory bytes of all inputs that are on their way into a queue, copies counted
 * @param defaultDeadline of a task whose client names none
 * @param longestDeadline that a client may name
 * @param defaultResultTtl for which a result is kept when the client names nothing
 * @param longestResultTtl that a client may name
 * @param recordSlack for which how a task ended is known beyond its deadline
 * @param longestWait of a long poll
 * @param firstLook the shortest pause before the store is looked at again for somebody who waits
 * @param longestLook the longest such pause
 * @param waiting clients that may wait at one time
 * @param sweepPause between two looks for tasks that are overdue or were given up
 * @param sweepBatch tasks of one look
 * @param sweepLimit within which a look for overdue tasks must be over
 * @param depthPause between two readings of the queues' depths
 * @param roundLimit within which any other look must be over
 * @param lookups of first tries that may be under way for those of whose limits nothing is left
 * @param lookupsOfOwner such lookups of one owner of tasks
 * @param unsure tasks that are remembered of which a queue did not say whether it has them
 */
public record DeskSettings(
    long payloadLimit,
    long memory,
    Duration defaultDeadline,
    Duration longestDeadline,
    Duration defaultResultTtl,
    Duration longestResultTtl,
    Duration recordSlack,
    Duration longestWait,
    Duration firstLook,
    Duration longestLook,
    int waiting,
    Duration sweepPause,
    int sweepBatch,
    Duration sweepLimit,
    Duration depthPause,
    Duration roundLimit,
    int lookups,
    int lookupsOfOwner,
    int unsure) {

  public DeskSettings {
    atLeastOne("lookups", lookups);
    atLeastOne("lookups-of-owner", lookupsOfOwner);
    atLeastOne("unsure", unsure);
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.tasks.%s is %d; it is 1 or more, correct it".formatted(key, value));
    }
  }

  public static DeskSettings from(Config config) {
    Config tasks = config.getConfig("remuda.gateway.tasks");
    return new DeskSettings(
        config.getBytes("remuda.tasks.payload-limit"),
        tasks.getBytes("memory"),
        tasks.getDuration("default-deadline"),
        tasks.getDuration("longest-deadline"),
        tasks.getDuration("default-result-ttl"),
        tasks.getDuration("longest-result-ttl"),
        config.getDuration("remuda.tasks.record-slack"),
        tasks.getDuration("longest-wait"),
        tasks.getDuration("first-look"),
        tasks.getDuration("longest-look"),
        tasks.getInt("waiting"),
        tasks.getDuration("sweep-pause"),
        tasks.getInt("sweep-batch"),
        tasks.getDuration("sweep-limit"),
        tasks.getDuration("depth-pause"),
        tasks.getDuration("round-limit"),
        tasks.getInt("lookups"),
        tasks.getInt("lookups-of-owner"),
        tasks.getInt("unsure"));
  }
}
