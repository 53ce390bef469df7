package io.remuda.gateway.batches;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * The tasks that belong to lines. A task's id follows from its batch's id and the line's number, so
 * that whoever submits a line, and however often, submits the same task.
 */
final class LineTasks {

  private final BatchRun.Parts parts;

  LineTasks(BatchRun.Parts parts) {
    this.parts = parts;
  }

  static TaskId id(BatchRecord batch, int line) {
    return TaskId.derived(Instant.ofEpochMilli(batch.getExpiresAtMillis()), batch.getId(), line);
  }

  /** What is to be done for a line. */
  LineWork.Prepared prepare(OpenLine open) {
    if (open.known().isPresent()) {
      return new LineWork.Known(open.known().get());
    }
    try {
      return parts.work().prepare(open.line());
    } catch (RuntimeException e) {
      return new LineWork.Known(LineAnswers.unreadable("it cannot be prepared: " + e));
    }
  }

  /** Puts a line's task into the queue of its model, unless it is there or has ended. */
  CompletionStage<TaskState> submit(BatchRecord batch, OpenLine open, LineWork.Task task) {
    return parts
        .desk()
        .ensure(
            TaskEnvelope.newBuilder()
                .setTaskId(open.task().value())
                .setModel(task.model().value())
                .setSchemaFingerprint(task.fingerprint())
                .setPayload(task.payload())
                .setCreatedAtMillis(parts.clock().millis())
                .setDeadlineMillis(batch.getExpiresAtMillis())
                .setTenant(batch.getTenant())
                .setAccount(batch.getAccount())
                .setRequestId(batch.getId())
                .setResultTtlSeconds(parts.settings().resultTtl().toSeconds())
                .build());
  }

  /**
   * Ends a task with its batch.
   *
   * @param end EXPIRED or CANCELLED
   * @return the state that holds: another one when it had ended before
   */
  CompletionStage<TaskState> end(OpenLine open, TaskState end) {
    String code = end == TaskState.EXPIRED ? "expired" : "cancelled";
    return end(open, end, code, "its batch has ended");
  }

  /** Ends a task for which nothing will run any more. */
  CompletionStage<TaskState> giveUp(OpenLine open, Refused why) {
    return end(open, TaskState.FAILED, why.code().code(), why.message());
  }

  private CompletionStage<TaskState> end(
      OpenLine open, TaskState end, String code, String message) {
    return parts.results().end(open.task(), end, code, message, parts.clock().instant());
  }
}
