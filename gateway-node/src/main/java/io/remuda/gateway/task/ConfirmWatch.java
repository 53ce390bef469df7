package io.remuda.gateway.task;

import io.remuda.protocol.task.TaskSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the broker confirms what it is sent, on a thread of its own, since ending a silent
 * connection takes a second.
 */
final class ConfirmWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConfirmWatch.class);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final int LOOKS_IN_PATIENCE = 4;

  private final ScheduledThreadPoolExecutor thread;
  private final ConfirmPolicy policy;
  private final Consumer<String> connectAnew;
  private final BooleanSupplier nothingUnderWay;
  private final Supplier<Optional<String>> trouble;

  /**
   * @param connectAnew ends the connection, for the reason given
   * @param trouble why nothing can be confirmed now, when that is known
   */
  ConfirmWatch(
      TaskSettings settings,
      Consumer<String> connectAnew,
      BooleanSupplier nothingUnderWay,
      Supplier<Optional<String>> trouble) {
    this.connectAnew = connectAnew;
    this.nothingUnderWay = nothingUnderWay;
    this.trouble = trouble;
    // What waits is answered at the time-out; it must be seen waiting before.
    long patience =
        Math.min(settings.confirmPatience().toNanos(), settings.timeout().toNanos() / 2);
    this.policy = new ConfirmPolicy(patience, LONGEST.toNanos());
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, "remuda-gateway-confirm-watch");
              made.setDaemon(true);
              return made;
            });
    long pause = Math.max(1, patience / LOOKS_IN_PATIENCE);
    thread.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.NANOSECONDS);
  }

  synchronized void sent() {
    policy.sent(System.nanoTime());
  }

  synchronized void confirmed() {
    policy.confirmed(System.nanoTime(), nothingUnderWay.getAsBoolean());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void look() {
    if (silent()) {
      LOG.warn("event=broker-silent the connection that publishes is made anew");
      connectAnew.accept("the broker confirms nothing; the connection to it is being made anew");
    }
  }

  private synchronized boolean silent() {
    if (trouble.get().isPresent()) {
      policy.excused();
      return false;
    }
    return policy.silent(System.nanoTime());
  }
}
