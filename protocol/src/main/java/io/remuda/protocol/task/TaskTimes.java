package io.remuda.protocol.task;

import io.remuda.protocol.proto.task.TaskEnvelope;

/** How long what is known of a task is kept, in milliseconds. */
public record TaskTimes(long resultTtlMillis) {

  /** From the end of the task: what its envelope asks for, else what is configured. */
  public long resultLives(TaskEnvelope task) {
    long asked = task.getResultTtlSeconds();
    return asked > 0 ? asked * 1_000 : resultTtlMillis;
  }

  /** From its submission, when it never ends. */
  public static long recordLives(TaskEnvelope task) {
    return Math.max(0, task.getDeadlineMillis() - task.getCreatedAtMillis())
        + TaskNames.SLACK_MILLIS;
  }

  /** The idempotency key, from the submission: never shorter than the record. */
  public long keyLives(TaskEnvelope task) {
    return recordLives(task) + resultLives(task);
  }
}
