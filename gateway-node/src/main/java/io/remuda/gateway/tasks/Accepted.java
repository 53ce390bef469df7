package io.remuda.gateway.tasks;

import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;

/**
 * A task that the queue has.
 *
 * @param record as far as it is known without another look into the store
 * @param repeated whether it came before under the same idempotency key
 */
public record Accepted(TaskRecord record, boolean repeated) {

  /** With what its envelope and the store's note tell of it. */
  static Accepted of(TaskEnvelope task, TaskState state, boolean repeated) {
    TaskRecord record =
        TaskRecord.newBuilder()
            .setTaskId(task.getTaskId())
            .setModel(task.getModel())
            .setState(state == TaskState.TASK_STATE_UNSPECIFIED ? TaskState.QUEUED : state)
            .setCreatedAtMillis(task.getCreatedAtMillis())
            .setDeadlineMillis(task.getDeadlineMillis())
            .setSchemaFingerprint(task.getSchemaFingerprint())
            .setTenant(task.getTenant())
            .build();
    return new Accepted(record, repeated);
  }
}
