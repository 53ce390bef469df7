package io.remuda.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends parts in the reverse order of their start, each within a limit. A part that does not end in
 * time, or fails, is told in the log and keeps none of the others from ending.
 */
final class Shutdown {

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  private record Step(String name, Supplier<CompletionStage<?>> end) {}

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Duration limit;

  /**
   * @param limit of each part
   */
  Shutdown(Duration limit) {
    this.limit = limit;
  }

  /** Ends this part before all that were added earlier. */
  synchronized void add(String name, Supplier<CompletionStage<?>> end) {
    steps.push(new Step(name, end));
  }

  /** The same for a part whose close returns when it is done. */
  void addClosing(String name, AutoCloseable part) {
    add(
        name,
        () -> {
          try {
            part.close();
            return CompletableFuture.completedStage(null);
          } catch (Exception e) {
            return CompletableFuture.failedStage(e);
          }
        });
  }

  /** Ends what has not been ended yet. */
  void run() {
    for (Step step = next(); step != null; step = next()) {
      long began = System.nanoTime();
      try {
        step.end().get().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        LOG.info(
            "event=part-ended node=gateway part={} millis={}",
            step.name(),
            (System.nanoTime() - began) / 1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        LOG.warn("event=stop-incomplete part={}", step.name(), e);
      }
    }
  }

  private synchronized @Nullable Step next() {
    return steps.poll();
  }
}
