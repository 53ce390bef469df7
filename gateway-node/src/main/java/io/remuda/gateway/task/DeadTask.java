package io.remuda.gateway.task;

import io.remuda.protocol.proto.task.TaskEnvelope;
import java.time.Instant;

/**
 * A task that was given up. Its payload is left out, since many of them are held at one time.
 *
 * @param reason a sentence for the operator; the task's record tells more where it is still known
 * @param at when it was given up
 */
public record DeadTask(TaskEnvelope task, String reason, Instant at) {

  public DeadTask {
    task = task.toBuilder().clearPayload().build();
  }
}
