package io.remuda.node.front;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that bodies of workers may take together, over all event loops. Of any thread. */
final class BodyBudget {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  BodyBudget(long most) {
    this.most = most;
  }

  /** Whether there is room for so many more; what was taken has to be given back. */
  boolean take(int bytes) {
    if (held.addAndGet(bytes) <= most) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  void give(long bytes) {
    held.addAndGet(-bytes);
  }

  long held() {
    return held.get();
  }
}
