package io.remuda.gateway.edge;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that all bodies of requests of one kind may take together; shared by all threads. */
public final class BodyBudget {

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param limit bytes
   */
  public BodyBudget(long limit) {
    this.limit = limit;
  }

  /** Takes so many bytes, or none and says false. */
  public boolean take(long bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  public void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** Bytes. */
  long taken() {
    return taken.get();
  }
}
