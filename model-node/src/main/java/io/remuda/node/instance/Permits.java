package io.remuda.node.instance;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one gate that are out, those of shares among them, the slots that are kept for
 * shares, and whether the gate is open: all in one atomic word, so that a request is either counted
 * before the gate closes or refused. Of any thread, without a lock.
 */
final class Permits {

  private static final long OPEN = 1L << 62;
  private static final long COUNT = (1L << 20) - 1;
  private static final int SHARED = 20;
  private static final int RESERVED = 40;

  /** What came of asking for a share's permit. */
  enum OfShare {
    TAKEN,
    FULL,
    CLOSED
  }

  private final AtomicLong word = new AtomicLong();
  private final Queue<ShareSlots> closing = new ConcurrentLinkedQueue<>();
  private volatile int slots;

  Permits(int slots) {
    this.slots = slots;
  }

  int slots() {
    return slots;
  }

  void slots(int count) {
    slots = count;
  }

  boolean isOpen() {
    return (word.get() & OPEN) != 0;
  }

  void open() {
    word.updateAndGet(value -> value | OPEN);
  }

  void close() {
    word.updateAndGet(value -> value & ~OPEN);
  }

  /** Permits that are out. */
  int out() {
    return (int) (word.get() & COUNT);
  }

  /** Slots that are kept for shares. */
  int reserved() {
    return (int) (word.get() >>> RESERVED & COUNT);
  }

  /** Slots that a request of everybody's cannot take. */
  int taken() {
    return taken(word.get());
  }

  /**
   * Those of others, of shares, and of calls whose share is over. Look at these after the word, in
   * which their share is no more.
   */
  private int taken(long seen) {
    int all = (int) (seen & COUNT);
    int shared = (int) (seen >>> SHARED & COUNT);
    int kept = (int) (seen >>> RESERVED & COUNT);
    int left = closing.isEmpty() ? 0 : closing.stream().mapToInt(ShareSlots::taken).sum();
    return Math.max(all, all - shared + kept + left);
  }

  /** Takes one for a request of everybody's. */
  boolean take() {
    while (true) {
      long seen = word.get();
      if ((seen & OPEN) == 0 || taken(seen) >= slots) {
        return false;
      }
      if (word.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Takes one for a call of a share, which has a slot of its own for it. */
  OfShare takeShared() {
    while (true) {
      long seen = word.get();
      if ((seen & OPEN) == 0) {
        return OfShare.CLOSED;
      }
      if ((seen & COUNT) >= slots) {
        return OfShare.FULL;
      }
      if (word.compareAndSet(seen, seen + 1 + (1L << SHARED))) {
        return OfShare.TAKEN;
      }
    }
  }

  /** Takes one back; returns the word that is left. */
  long give(@Nullable ShareSlots share) {
    if (share != null) {
      share.give();
      if (share.isOver()) {
        closing.remove(share);
      }
    }
    return word.addAndGet(share == null ? -1 : -1 - (1L << SHARED));
  }

  /** Whether no permit is out by {@code left}. */
  static boolean noneOut(long left) {
    return (left & COUNT) == 0;
  }

  /** The same of a gate that is closed. */
  static boolean isOver(long left) {
    return (left & (OPEN | COUNT)) == 0;
  }

  /** Whether the gate is closed and no permit is out. */
  boolean isOver() {
    return isOver(word.get());
  }

  /** Keeps slots from everybody's requests that come from now on. */
  void reserve(ShareSlots share) {
    word.addAndGet((long) share.slots() << RESERVED);
  }

  /** The share's slots are everybody's, those that are taken as they come back. */
  void unreserve(ShareSlots share) {
    closing.removeIf(ShareSlots::isOver);
    share.close();
    closing.add(share);
    word.addAndGet(-((long) share.slots() << RESERVED));
    closing.removeIf(ShareSlots::isOver);
  }
}
