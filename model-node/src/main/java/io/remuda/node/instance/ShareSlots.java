package io.remuda.node.instance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The slots of one instance that one lease has a share of: so many of its calls at once, and none
 * any more once it is closed. Taken and given back by any thread, without a lock.
 */
final class ShareSlots {

  private static final int CLOSED = 1 << 30;

  private final int slots;
  private final AtomicInteger taken = new AtomicInteger();

  ShareSlots(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("a share is of 1 slot or more, not " + slots);
    }
    this.slots = slots;
  }

  int slots() {
    return slots;
  }

  boolean take() {
    while (true) {
      int seen = taken.get();
      if (seen >= slots) {
        return false;
      }
      if (taken.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  void give() {
    taken.decrementAndGet();
  }

  /** Nothing is taken any more; what was goes on until it is given back. */
  void close() {
    taken.updateAndGet(seen -> seen | CLOSED);
  }

  int taken() {
    return taken.get() & ~CLOSED;
  }

  /** Whether it is closed and nothing of it is taken. */
  boolean isOver() {
    return taken.get() == CLOSED;
  }
}
