package io.remuda.gateway;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The gateway's few threads for what is to happen later or now and then. */
final class GatewayTimers implements AutoCloseable {

  private static final int THREADS = 2;

  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(THREADS, GatewayTimers::daemon);
  private final Duration patience;

  /**
   * @param patience with what still runs at the end
   */
  GatewayTimers(Duration patience) {
    this.patience = patience;
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // Each held request has one, which is cancelled in most cases.
    timers.setRemoveOnCancelPolicy(true);
  }

  ScheduledExecutorService executor() {
    return timers;
  }

  /** Lets what runs finish: an interrupted writer would lose its copy on disk. */
  @Override
  public void close() {
    timers.shutdown();
    try {
      if (timers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    timers.shutdownNow();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "remuda-gateway-timers");
    thread.setDaemon(true);
    return thread;
  }
}
