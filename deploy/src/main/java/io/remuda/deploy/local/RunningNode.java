package io.remuda.deploy.local;

import com.typesafe.config.Config;
import io.remuda.protocol.config.NodeHome;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's life in this process: from its start to the signal that ends it, or to its own end.
 * Ending is bounded: what has not closed within the limit ends with the process.
 */
public final class RunningNode {

  private static final Logger log = LoggerFactory.getLogger(RunningNode.class);

  private final CountDownLatch ended = new CountDownLatch(1);
  private final NodeHome home;
  private final Duration limit;
  private final AutoCloseable node;
  private final boolean launched;
  private volatile boolean asked;
  private boolean closed;

  private RunningNode(NodeHome home, Duration limit, AutoCloseable node, boolean launched) {
    this.home = home;
    this.limit = limit;
    this.node = node;
    this.launched = launched;
  }

  /**
   * Takes over a node that has started; from now on a signal ends it in good order.
   *
   * @param hasten has an end that is under way wait for nothing; run at a second signal
   */
  public static RunningNode of(NodeHome home, Config config, AutoCloseable node, Runnable hasten) {
    boolean launched = Launcher.ofThisProcess(System.getenv()).isPresent();
    RunningNode running = of(home, config, node, launched);
    EndSignals.handle(running::asked, hasten);
    Runtime.getRuntime().addShutdownHook(new Thread(running::close, "remuda-shutdown"));
    return running;
  }

  /**
   * @param launched whether somebody may start the node again when it ends unasked
   */
  static RunningNode of(NodeHome home, Config config, AutoCloseable node, boolean launched) {
    return new RunningNode(
        home, config.getDuration("remuda.launch.shutdown-limit"), node, launched);
  }

  /** From now on its end is what somebody wanted. */
  void asked() {
    asked = true;
  }

  /** Waits until the node is closed. */
  public void await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  /** Closes the node, then its data directory. A second call waits for the first. */
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    log.info("event=ending limitSeconds={}", limit.toSeconds());
    ExecutorService closing =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "remuda-closing");
              thread.setDaemon(true);
              return thread;
            });
    Future<?> done =
        closing.submit(
            () -> {
              node.close();
              return null;
            });
    try {
      done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      log.info("event=ended");
    } catch (TimeoutException e) {
      log.error("event=ending-timed-out limitSeconds={} next=exit", limit.toSeconds());
    } catch (ExecutionException e) {
      log.error("event=ending-failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closing.shutdownNow();
      if (launched && !asked) {
        home.closeForTheNext();
      } else {
        home.close();
      }
      ended.countDown();
    }
  }
}
