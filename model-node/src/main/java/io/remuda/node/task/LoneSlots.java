package io.remuda.node.task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Slots for tasks that run beside each other, and for such as must run alone: one of these waits
 * until all before it have given back theirs, and all after it wait until it has. Who waits holds
 * no slot.
 */
final class LoneSlots {

  private record Waiting(boolean alone, CompletableFuture<Boolean> turn) {}

  private final TaskSlots slots;
  private final Deque<Waiting> line = new ArrayDeque<>();

  /** Those that hold a slot, or have the turn to take one. */
  private int inside;

  private boolean oneIsAlone;

  LoneSlots(TaskSlots slots) {
    this.slots = slots;
  }

  /** As {@link TaskSlots#take}. */
  CompletionStage<TaskSlots.Slot> take(boolean alone) {
    CompletableFuture<Boolean> turn = new CompletableFuture<>();
    synchronized (this) {
      line.add(new Waiting(alone, turn));
    }
    admit();
    return turn.thenCompose(now -> slots.take())
        .whenComplete(
            (slot, none) -> {
              if (none != null) {
                leave();
              }
            })
        .thenApply(this::held);
  }

  private TaskSlots.Slot held(TaskSlots.Slot slot) {
    AtomicBoolean released = new AtomicBoolean();
    return () -> {
      if (released.compareAndSet(false, true)) {
        slot.release();
        leave();
      }
    };
  }

  private void leave() {
    synchronized (this) {
      inside--;
      oneIsAlone = false;
    }
    admit();
  }

  private void admit() {
    List<CompletableFuture<Boolean>> turns = new ArrayList<>();
    synchronized (this) {
      for (Waiting next = line.peek();
          next != null && !oneIsAlone && (inside == 0 || !next.alone());
          next = line.peek()) {
        line.remove();
        inside++;
        oneIsAlone = next.alone();
        turns.add(next.turn());
      }
    }
    turns.forEach(turn -> turn.complete(true));
  }
}
