package io.remuda.gateway.tasks;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
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
   * What an id alone tells, when no store knows it: once its deadline is over, the task has ended
   * for everybody, and no result of it can be had.
   */
  static Optional<TaskRecord> byItsId(TaskId id, Instant now) {
    return id.deadline()
        .filter(now::isAfter)
        .map(
            deadline ->
                TaskRecord.newBuilder()
                    .setTaskId(id.value())
                    .setState(TaskState.EXPIRED)
                    .setDeadlineMillis(deadline.toEpochMilli())
                    .setFinishedAtMillis(deadline.toEpochMilli())
                    .setErrorCode("expired")
                    .setErrorMessage(
                        "its deadline is over and nothing is kept of it any more; a result, if"
                            + " there was one, has outlived its time")
                    .build());
  }
}
