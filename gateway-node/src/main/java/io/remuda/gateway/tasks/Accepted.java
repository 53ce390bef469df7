package io.remuda.gateway.tasks;

import io.remuda.protocol.proto.task.TaskRecord;

/**
 * A task that the queue has.
 *
 * @param record as far as it is known without another look into the store
 * @param repeated whether it came before under the same idempotency key
 */
public record Accepted(TaskRecord record, boolean repeated) {}
