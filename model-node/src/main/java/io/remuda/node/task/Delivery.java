package io.remuda.node.task;

import io.remuda.protocol.proto.task.TaskEnvelope;

/**
 * A task as the queue hands it over.
 *
 * @param again whether it was handed to some worker before, which may have died with it
 */
public record Delivery(TaskEnvelope task, boolean again) {}
