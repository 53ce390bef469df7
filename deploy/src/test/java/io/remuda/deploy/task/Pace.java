package io.remuda.deploy.task;

import java.util.concurrent.locks.LockSupport;

/** Moments at equal distances, whether or not what began at the earlier ones is done. */
final class Pace {
  private final long began = System.nanoTime();
  private final double perSecond;
  private long given;

  Pace(double perSecond) {
    this.perSecond = perSecond;
  }

  /** Waits for the next moment and says when it was due, by {@link System#nanoTime()}. */
  long awaitNext() {
    long due = began + (long) (given++ * 1e9 / perSecond);
    for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
    return due;
  }
}
