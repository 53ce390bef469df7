package io.remuda.gateway.task;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * What is known of each task: the reading side, and the states that no worker brings about.
 *
 * <p>Every change is one step with nobody between look and write. DONE, FAILED, EXPIRED and
 * CANCELLED are final; only {@link #revive} leads out of FAILED. Every call ends within {@code
 * remuda.tasks.timeout}; one that fails does so with a {@link TaskRefusal}.
 */
public interface ResultStore extends AutoCloseable {

  /**
   * What became of a submission.
   *
   * @param id the task's; the first one's when {@code repeated}
   * @param state of the record: TASK_STATE_UNSPECIFIED when it was repeated so late that the first
   *     one's record is gone
   * @param repeated whether the same tenant sent the same under the same idempotency key before.
   *     One that is still SUBMITTING is published again under the first one's id and deadline
   */
  record Submission(TaskId id, TaskState state, boolean repeated) {}

  /**
   * Notes that the task is about to be published. Fails with IDEMPOTENCY_CONFLICT when its tenant
   * sent another payload or model under the same idempotency key.
   */
  CompletionStage<Submission> submitting(TaskEnvelope task);

  /**
   * What became of the first submission under the task's idempotency key; changes nothing. Empty
   * where there was none, or where the task has no key. Fails as {@link #submitting} does.
   */
  CompletionStage<Optional<Submission>> first(TaskEnvelope task);

  /** Notes that the queue has the task; completes with the state it has now. */
  CompletionStage<TaskState> queued(TaskId id);

  /**
   * The task's record; empty when it was never known or its time is over: its time to live, and
   * {@code remuda.tasks.record-slack} after its deadline. Its result lives for its time to live
   * alone; then the record says so.
   */
  CompletionStage<Optional<TaskRecord>> read(TaskId id);

  /**
   * What can be told of a task without its result.
   *
   * @param bytes of the result; 0 when there is none
   */
  record Outline(TaskState state, int bytes) {}

  /** Outlines of those of these tasks that are known. */
  CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids);

  /**
   * Ends a task that has not ended.
   *
   * @param terminal EXPIRED, FAILED or CANCELLED
   * @return the state that holds: another one when the task had ended before,
   *     TASK_STATE_UNSPECIFIED when there is no such task
   */
  CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now);

  /**
   * Ends a task FAILED that its queue gave up, unless it has ended or was revived since.
   *
   * @param revivals of the task as it was given up
   * @return as {@link #end} does
   */
  CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now);

  /**
   * Makes a task QUEUED again that FAILED after being given up, with all its attempts before it. No
   * burial counts from then on that is of a time before.
   *
   * @return how often it was revived by now, which its envelope has to say; empty when it may not
   *     run: it ended in another way, is unknown, or its deadline has passed
   */
  CompletionStage<OptionalInt> revive(TaskId id, Instant now);

  /**
   * Tasks of one tenant, the newest first.
   *
   * @param before the last one of the page before
   */
  CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before);

  /** Tasks that have not ended although their deadline has passed; the longest overdue first. */
  CompletionStage<List<TaskId>> overdue(Instant now, int limit);

  /** Empty while the store can be reached; else the reason why it cannot, as a sentence. */
  Optional<String> health();

  @Override
  void close();
}
