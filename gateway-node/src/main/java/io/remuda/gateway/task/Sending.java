package io.remuda.gateway.task;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a task was sent to its queue before its caller was told that it is not there. One of the
 * two holds for good: what was given up is never sent, and of what was sent nobody says that it was
 * not. Safe for any thread.
 */
final class Sending {

  private enum Step {
    WAITS,
    SENT,
    GIVEN_UP
  }

  private final AtomicReference<Step> step = new AtomicReference<>(Step.WAITS);

  /** It goes on its way, perhaps not for the first time; false where it was given up. */
  boolean begin() {
    return step.compareAndSet(Step.WAITS, Step.SENT) || step.get() == Step.SENT;
  }

  /** Its caller is told; whether it is certain that it was not sent, and will not be. */
  boolean giveUp() {
    return step.compareAndSet(Step.WAITS, Step.GIVEN_UP) || step.get() == Step.GIVEN_UP;
  }
}
