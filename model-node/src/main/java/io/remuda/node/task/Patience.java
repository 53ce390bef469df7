package io.remuda.node.task;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How often and how long a worker asks a result store that is away: after each pause once more,
 * until a limit. What throws instead of answering is a bug and is asked once.
 */
final class Patience {

  private final Duration pause;
  private final Duration limit;
  private volatile boolean over;

  Patience(TaskWorkerSettings settings) {
    this.pause = settings.retryPause();
    this.limit = settings.holdLimit();
  }

  /** Nothing is asked again from now on. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** When it ends for what begins now, in nanoseconds of the clock of time-outs. */
  long until() {
    return System.nanoTime() + limit.toNanos();
  }

  /** The store's answer, or its last failure. */
  <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> call) {
    return ask(call, until());
  }

  <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> call, long until) {
    return call.get()
        .exceptionallyCompose(failure -> again(failure, until, () -> ask(call, until)));
  }

  /** The next try after a failed one; the failure itself when it was the last. */
  <T> CompletionStage<T> again(Throwable failure, long until, Supplier<CompletionStage<T>> next) {
    if (over || System.nanoTime() - until >= 0) {
      return CompletableFuture.failedStage(failure);
    }
    return CompletableFuture.runAsync(() -> {}, after(pause)).thenCompose(paused -> next.get());
  }

  static Executor after(Duration pause) {
    return CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
  }
}
