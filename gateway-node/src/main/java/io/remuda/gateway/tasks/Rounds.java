package io.remuda.gateway.tasks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a piece of work again and again, one round after the other, with a pause between them that
 * differs from gateway to gateway. A round that fails or takes too long is no reason to stop; the
 * first failure after a good round is logged.
 */
public final class Rounds implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Duration pause;
  private final Duration limit;
  private final ScheduledExecutorService timers;
  private final Supplier<CompletionStage<Boolean>> work;
  private volatile boolean closed;
  private volatile boolean failing;

  private Rounds(
      String name,
      Duration pause,
      Duration limit,
      ScheduledExecutorService timers,
      Supplier<CompletionStage<Boolean>> work) {
    this.name = name;
    this.pause = pause;
    this.limit = limit;
    this.timers = timers;
    this.work = work;
  }

  /**
   * Starts them.
   *
   * @param limit of one round
   * @param work completes with whether there is more to do right away
   */
  public static Rounds start(
      String name,
      Duration pause,
      Duration limit,
      ScheduledExecutorService timers,
      Supplier<CompletionStage<Boolean>> work) {
    Rounds rounds = new Rounds(name, pause, limit, timers, work);
    rounds.next(false);
    return rounds;
  }

  private void next(boolean more) {
    if (closed) {
      return;
    }
    long base = pause.toMillis();
    long delay = more ? 0 : base / 2 + ThreadLocalRandom.current().nextLong(base + 1);
    try {
      timers.schedule(this::round, delay, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      closed = true; // The gateway ends.
    }
  }

  private void round() {
    if (closed) {
      return;
    }
    CompletableFuture<Boolean> result = begun();
    Future<?> late;
    try {
      late = timers.schedule(() -> end(result), limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      closed = true; // The gateway ends.
      return;
    }
    result.whenComplete(
        (more, failure) -> {
          late.cancel(false);
          if (failure == null) {
            failing = false;
          } else if (!failing && !closed) {
            failing = true;
            LOG.warn("event=round-failed work={} reason={}", name, failure.toString());
          }
          next(failure == null && more);
        });
  }

  private CompletableFuture<Boolean> begun() {
    try {
      return work.get().toCompletableFuture().copy();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void end(CompletableFuture<Boolean> round) {
    round.completeExceptionally(new TimeoutException("it was not over within " + limit));
  }

  @Override
  public void close() {
    closed = true;
  }
}
