package io.remuda.registry;

import akka.actor.typed.ActorSystem;
import akka.cluster.ClusterEvent.CurrentClusterState;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.ClusterHost;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that notices when its JVM was not run for long: the other registry nodes have taken over
 * its names by then, and it must not go on as if nothing had happened. Only where those that it saw
 * before are most of all registry nodes, which may take over; where another one is missing already
 * they are not, and one node more that ends would leave none that decides.
 */
final class PauseWatchdog {

  private static final Logger log = LoggerFactory.getLogger(PauseWatchdog.class);
  private static final Duration STEP = Duration.ofMillis(200);

  private PauseWatchdog() {}

  static void start(ClusterHost host, Duration limit, Runnable onPause) {
    start(
        () -> host.system().map(PauseWatchdog::othersMayTakeOver).orElse(false),
        System::nanoTime,
        limit,
        onPause);
  }

  /**
   * The same by another clock; an interrupt ends the thread that is given back.
   *
   * @param others whether others have taken over while this JVM was not run
   */
  static Thread start(
      BooleanSupplier others, LongSupplier nanos, Duration limit, Runnable onPause) {
    Thread thread = new Thread(() -> watch(others, nanos, limit, onPause), "remuda-pause-watchdog");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void watch(
      BooleanSupplier others, LongSupplier nanos, Duration limit, Runnable onPause) {
    boolean many = false;
    long last = nanos.getAsLong();
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(STEP.toNanos());
      long now = nanos.getAsLong();
      if (many && now - last > limit.toNanos()) {
        log.error(
            "event=paused millis={} text=\"this registry node was not run for so long that others"
                + " have taken over; it ends and starts afresh\"",
            (now - last) / 1_000_000);
        onPause.run();
        return;
      }
      last = now;
      many = others.getAsBoolean();
    }
  }

  private static boolean othersMayTakeOver(ActorSystem<?> system) {
    Cluster cluster = Cluster.get(system);
    CurrentClusterState state = cluster.state();
    int all = 0;
    int others = 0;
    for (Member member : state.getMembers()) {
      if (member.hasRole(Keys.ROLE_REGISTRY)) {
        boolean seen = !state.getUnreachable().contains(member);
        all++;
        others += seen && !member.equals(cluster.selfMember()) ? 1 : 0;
      }
    }
    return isMajority(others, all);
  }

  static boolean isMajority(int some, int all) {
    return some > all / 2;
  }
}
