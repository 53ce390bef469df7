package io.remuda.gateway.edge;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that all bodies of requests to models may take together; shared by all loops. */
final class BodyBudget {

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param limit bytes
   */
  BodyBudget(long limit) {
    this.limit = limit;
  }

  /** Takes so many bytes, or none and says false. */
  boolean take(long bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** Bytes. */
  long taken() {
    return taken.get();
  }
}
