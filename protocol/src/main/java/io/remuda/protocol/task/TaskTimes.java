package io.remuda.protocol.task;

import io.remuda.protocol.proto.task.TaskEnvelope;

/**
 * How long what is known of a task is kept, in milliseconds.
 *
 * @param resultTtlMillis of a result whose task asks for no other time
 * @param slackMillis beyond the deadline for how a task ended, whenever it did
 */
public record TaskTimes(long resultTtlMillis, long slackMillis) {

  /** From the end of the task: what its envelope asks for, else what is configured. */
  public long resultLives(TaskEnvelope task) {
    long asked = task.getResultTtlSeconds();
    return asked > 0 ? asked * 1_000 : resultTtlMillis;
  }

  /** The record, from its submission, when the task never ends. */
  public static long openLives(TaskEnvelope task) {
    return untilDeadline(task) + TaskNames.OPEN_MILLIS;
  }

  /**
   * The idempotency key, from the submission: never shorter than the record, whether the task ends
   * or not. Once it has ended, both live on for the same time.
   */
  public long keyLives(TaskEnvelope task) {
    return Math.max(openLives(task), untilDeadline(task) + slackMillis + resultLives(task));
  }

  /**
   * Until when a record that the store does not know may be made anew: later, it may have ended and
   * be forgotten.
   */
  public long lostUntil(TaskEnvelope task) {
    return task.getDeadlineMillis() == 0 ? Long.MAX_VALUE : task.getDeadlineMillis() + slackMillis;
  }

  private static long untilDeadline(TaskEnvelope task) {
    return Math.max(0, task.getDeadlineMillis() - task.getCreatedAtMillis());
  }
}
