package io.remuda.protocol.cluster;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a member leaves: it says so and waits for the others, is taken for dead by itself when they
 * do not answer in time, and is given up when it does not end even then.
 */
final class Leaving {

  private static final Logger log = LoggerFactory.getLogger(Leaving.class);

  private Leaving() {}

  /** Completes, never with a failure, within the two configured limits. */
  static CompletionStage<Done> of(ActorSystem<Void> system, Config config, HostPort contact) {
    Duration leaving = config.getDuration("remuda.cluster.leave-timeout");
    Duration ending = config.getDuration("remuda.cluster.terminate-timeout");
    CompletableFuture<Done> terminated = system.getWhenTerminated().toCompletableFuture();
    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason());
    return terminated
        .copy()
        .orTimeout(leaving.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            slow -> {
              log.warn("event=leave-timed-out contact={} next=down", contact);
              down(system);
              system.terminate();
              return Done.getInstance();
            })
        .thenCompose(done -> terminated.copy().orTimeout(ending.toMillis(), TimeUnit.MILLISECONDS))
        .exceptionally(
            stuck -> {
              log.warn("event=terminate-timed-out contact={}", contact);
              return Done.getInstance();
            });
  }

  /** The member takes itself for dead, as a split-brain resolver would. */
  static void down(ActorSystem<?> system) {
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new Down(cluster.selfMember().address()));
  }
}
