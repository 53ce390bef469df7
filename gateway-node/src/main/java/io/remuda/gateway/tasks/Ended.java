package io.remuda.gateway.tasks;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Ends of tasks. */
public final class Ended {

  private Ended() {}

  /** Whether nothing will change any more. */
  public static boolean is(TaskState state) {
    return switch (state) {
      case DONE, FAILED, EXPIRED, CANCELLED -> true;
      case TASK_STATE_UNSPECIFIED, SUBMITTING, QUEUED, RUNNING, UNRECOGNIZED -> false;
    };
  }

  /**
   * What an id alone tells, when no store knows it: a task without a record has expired once its
   * deadline is over, since a store keeps every other end for {@code slack} beyond that. Of later
   * times an id tells nothing: the task may have ended in any way and be forgotten.
   */
  static Optional<TaskRecord> byItsId(TaskId id, Instant now, Duration slack) {
    return id.deadline()
        .filter(now::isAfter)
        // Half of it, since the store's clock is another one.
        .filter(deadline -> now.isBefore(deadline.plus(slack.dividedBy(2))))
        .map(
            deadline ->
                TaskRecord.newBuilder()
                    .setTaskId(id.value())
                    .setState(TaskState.EXPIRED)
                    .setDeadlineMillis(deadline.toEpochMilli())
                    .setFinishedAtMillis(deadline.toEpochMilli())
                    .setErrorCode("expired")
                    .setErrorMessage(
                        "its deadline is over and the store of results does not know it; a result,"
                            + " if there was one, was lost with its record")
                    .build());
  }

  /** Whether it has ended so long ago that no store needs to know it any more. */
  static boolean isForgotten(TaskId id, Instant now, Duration slack) {
    return id.deadline().filter(deadline -> now.isAfter(deadline.plus(slack))).isPresent();
  }
}
