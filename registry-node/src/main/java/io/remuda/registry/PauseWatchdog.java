package io.remuda.registry;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.ClusterHost;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that notices when its JVM was not run for long: the other registry nodes have taken over
 * its names by then, and it must not go on as if nothing had happened. Only where three or more
 * registry nodes make that so.
 */
final class PauseWatchdog {

  private static final Logger log = LoggerFactory.getLogger(PauseWatchdog.class);
  private static final Duration STEP = Duration.ofMillis(200);
  private static final int FLEET = 3;

  private PauseWatchdog() {}

  static void start(ClusterHost host, Duration limit, Runnable onPause) {
    Thread thread = new Thread(() -> watch(host, limit, onPause), "remuda-pause-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(ClusterHost host, Duration limit, Runnable onPause) {
    boolean many = false;
    long last = System.nanoTime();
    while (true) {
      LockSupport.parkNanos(STEP.toNanos());
      long now = System.nanoTime();
      if (many && now - last > limit.toNanos()) {
        log.error(
            "event=paused millis={} text=\"this registry node was not run for so long that others"
                + " have taken over; it ends and starts afresh\"",
            (now - last) / 1_000_000);
        onPause.run();
        return;
      }
      last = now;
      many = host.system().map(PauseWatchdog::hasManyRegistries).orElse(false);
    }
  }

  private static boolean hasManyRegistries(ActorSystem<?> system) {
    int registries = 0;
    for (Member member : Cluster.get(system).state().getMembers()) {
      registries += member.hasRole(Keys.ROLE_REGISTRY) ? 1 : 0;
    }
    return registries >= FLEET;
  }
}
