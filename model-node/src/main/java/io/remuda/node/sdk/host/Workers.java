package io.remuda.node.sdk.host;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that are in the model's method. A thread whose call was given up is interrupted and
 * counted until it comes back; when more of them hang than may, the whole host is ended, for Java
 * cannot end a thread.
 */
final class Workers implements AutoCloseable {

  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor clock;
  private final int maxHanging;
  private final Duration grace;
  private final Consumer<String> endHost;
  private final AtomicInteger hanging = new AtomicInteger();

  /**
   * @param endHost told the reason when too many threads hang
   */
  Workers(Limits limits, ClassLoader loader, Consumer<String> endHost) {
    this.maxHanging = limits.maxHanging();
    this.grace = limits.hangGrace();
    this.endHost = endHost;
    AtomicInteger count = new AtomicInteger();
    // Room for those that hang and, for the moment of their grace, for those that take their place.
    this.threads =
        new ThreadPoolExecutor(
            0,
            2 * limits.concurrency() + maxHanging + 1,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "model-" + count.incrementAndGet());
              thread.setDaemon(true);
              thread.setContextClassLoader(loader);
              return thread;
            });
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "clock");
              thread.setDaemon(true);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
  }

  /** Runs {@code task} at once on a thread of its own. */
  <T> Work<T> start(Callable<T> task) throws CallFailed {
    Work<T> work = new Work<>(task);
    try {
      threads.execute(work);
      return work;
    } catch (RejectedExecutionException e) {
      throw new CallFailed(503, "the model's threads all hang; try again in a moment");
    }
  }

  /** Runs a short step later, on the clock's thread, unless it is cancelled before. */
  Future<?> later(Duration delay, Runnable step) {
    return clock.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Threads whose call was given up and which have not come back. */
  int hanging() {
    return hanging.get();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    threads.shutdownNow();
  }

  /** One call of the model's method. */
  final class Work<T> implements Runnable {
    private final Callable<T> task;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private @Nullable Thread thread;
    private boolean abandoned;
    private boolean over;
    private boolean interrupted;

    Work(Callable<T> task) {
      this.task = task;
    }

    /** Completed with what the method returned or threw. */
    CompletableFuture<T> outcome() {
      return outcome;
    }

    @Override
    public void run() {
      synchronized (this) {
        thread = Thread.currentThread();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      try {
        outcome.complete(task.call());
      } catch (Throwable thrown) {
        // A model may throw whatever there is; only its own call fails.
        outcome.completeExceptionally(thrown);
      } finally {
        ended();
      }
    }

    private synchronized void ended() {
      over = true;
      // From here on nobody interrupts it; the pool clears what came a moment ago.
      thread = null;
      if (abandoned) {
        hanging.decrementAndGet();
      }
    }

    /**
     * Asks the method to end. It keeps its slot until it does or its time is up, for as long as it
     * does not heed this it takes as much as before.
     */
    synchronized void interrupt() {
      interrupted = true;
      if (thread != null) {
        thread.interrupt();
      }
    }

    /** Nobody waits for it any more. */
    synchronized void abandon() {
      if (over || abandoned) {
        return;
      }
      abandoned = true;
      hanging.incrementAndGet();
      if (thread != null) {
        thread.interrupt();
      }
      clock.schedule(this::judge, grace.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void judge() {
      int now = hanging.get();
      if (now > maxHanging) {
        endHost.accept(
            now
                + " calls of the model hang although they were given up and interrupted; at most "
                + maxHanging
                + " may; the model has to heed its time-out");
      }
    }
  }
}
