package io.remuda.protocol.task;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells workers of the same process at once that a task was put into the embedded queue, so that
 * they need not look for it all the time. A ring that is missed costs a poll interval, no task.
 */
public final class TaskBell {

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Something was put into a queue. */
  public void ring() {
    listeners.forEach(Runnable::run);
  }

  /**
   * Calls {@code listener} at each ring, on the ringing thread.
   *
   * @return ends that
   */
  public Runnable listen(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
