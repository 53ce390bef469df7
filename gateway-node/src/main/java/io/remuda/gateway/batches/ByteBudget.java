package io.remuda.gateway.batches;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Bytes that all batches of a gateway may have in memory at one time. Work that finds too few left
 * waits for its turn; the first to come is the first to go, so that large work is not passed by.
 */
final class ByteBudget {

  private final long total;
  private final Executor executor;
  private final Deque<Turn> waiting = new ArrayDeque<>();
  private long free;

  private record Turn(long bytes, Runnable work) {}

  /**
   * @param total bytes
   * @param executor runs the work, never the thread that asks for it
   */
  ByteBudget(long total, Executor executor) {
    this.total = total;
    this.executor = executor;
    this.free = total;
  }

  /**
   * Runs work that holds so many bytes until its stage ends. Work that wants more than there are
   * gets all of them, and is then alone.
   */
  <T> CompletionStage<T> with(long bytes, Supplier<CompletionStage<T>> work) {
    long claimed = Math.min(total, Math.max(0, bytes));
    CompletableFuture<T> ended = new CompletableFuture<>();
    synchronized (this) {
      waiting.add(new Turn(claimed, () -> run(claimed, work, ended)));
    }
    begin();
    return ended;
  }

  private <T> void run(
      long claimed, Supplier<CompletionStage<T>> work, CompletableFuture<T> ended) {
    CompletionStage<T> stage;
    try {
      stage = work.get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedStage(e);
    }
    stage.whenComplete(
        (value, failure) -> {
          synchronized (this) {
            free += claimed;
          }
          begin();
          if (failure == null) {
            ended.complete(value);
          } else {
            ended.completeExceptionally(failure);
          }
        });
  }

  private void begin() {
    while (true) {
      Turn turn;
      synchronized (this) {
        turn = waiting.peek();
        if (turn == null || turn.bytes() > free) {
          return;
        }
        waiting.remove();
        free -= turn.bytes();
      }
      executor.execute(turn.work());
    }
  }
}
