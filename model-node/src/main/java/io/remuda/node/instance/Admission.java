package io.remuda.node.instance;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link Gate} answers to one request. */
public sealed interface Admission {

  /** A slot is the caller's until it releases the permit. */
  record Granted(Permit permit) implements Admission {}

  /** Nothing yet: the caller is told exactly once, unless it leaves first. */
  record Queued(Waiter waiter) implements Admission {}

  /** No slot and no waiting place. */
  record Full(int slots) implements Admission {}

  /** The instance takes nothing new. */
  record Closed() implements Admission {}

  /** The right to one request at a time; released once, later releases do nothing. */
  final class Permit {
    private final Gate gate;
    private final @Nullable ShareSlots share;
    private final AtomicBoolean released = new AtomicBoolean();

    Permit(Gate gate, @Nullable ShareSlots share) {
      this.gate = gate;
      this.share = share;
    }

    public void release() {
      if (released.compareAndSet(false, true)) {
        gate.give(share);
      }
    }
  }

  /** A place in a gate's queue. */
  final class Waiter {
    private final AtomicBoolean settled = new AtomicBoolean();
    private final Gate gate;
    private final Consumer<Admission> later;

    Waiter(Gate gate, Consumer<Admission> later) {
      this.gate = gate;
      this.later = later;
    }

    /**
     * Leaves the queue. True: nothing will be told any more. False: it was told already or is being
     * told now, and a permit that it got is the caller's to release.
     */
    public boolean leave() {
      if (!settle()) {
        return false;
      }
      gate.left(this);
      return true;
    }

    boolean settle() {
      return settled.compareAndSet(false, true);
    }

    void tell(Admission admission) {
      later.accept(admission);
    }
  }
}
