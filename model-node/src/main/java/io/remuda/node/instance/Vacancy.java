package io.remuda.node.instance;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for others to leave a gate: until there is room for shares, or until no permit is out.
 * Of any thread, without a lock; whoever may have made it so tells.
 */
final class Vacancy {

  private final BooleanSupplier hasRoom;
  private final BooleanSupplier isEmpty;
  private final Queue<CompletableFuture<Void>> roomless = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable CompletableFuture<Void>> emptied =
      new AtomicReference<>();

  Vacancy(BooleanSupplier hasRoom, BooleanSupplier isEmpty) {
    this.hasRoom = hasRoom;
    this.isEmpty = isEmpty;
  }

  /** Completed when there is room, be it at once. */
  CompletionStage<Void> whenRoom() {
    CompletableFuture<Void> next = new CompletableFuture<>();
    roomless.add(next);
    tellRoom();
    return next.minimalCompletionStage();
  }

  /** There may be room now. */
  void tellRoom() {
    while (!roomless.isEmpty() && hasRoom.getAsBoolean()) {
      CompletableFuture<Void> waiting = roomless.poll();
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  /**
   * Completed when no permit is out: at some moment after this was called, be it at once. One waits
   * at a time: who called before and still waits is told that somebody else does now.
   */
  CompletionStage<Void> whenEmpty() {
    CompletableFuture<Void> next = new CompletableFuture<>();
    CompletableFuture<Void> before = emptied.getAndSet(next);
    if (before != null) {
      before.cancel(false);
    }
    // The last permit may have come back before this could be seen.
    tellWhenEmpty();
    return next.minimalCompletionStage();
  }

  /**
   * Counts after it has seen who waits, not before: whoever began to wait since has closed the
   * instance to others meanwhile, and a permit may have been taken before that.
   */
  void tellWhenEmpty() {
    CompletableFuture<Void> waiting = emptied.get();
    if (waiting != null && isEmpty.getAsBoolean()) {
      waiting.complete(null);
    }
  }
}
