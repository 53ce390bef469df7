package io.remuda.protocol.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A node whose member was voted out, and whose actor system does not come to its end. */
class StuckSystemTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void keepsNobodyFromTheNextOne() throws Exception {
    CountDownLatch ends = new CountDownLatch(1);
    AtomicInteger guardians = new AtomicInteger();
    Config config =
        TestNode.config(
            Map.of("remuda.cluster.form", true, "remuda.cluster.terminate-timeout", "1s"));
    ClusterHost host =
        ClusterHost.start(
            NodeSettings.from(config).withRoles(Set.of("registry")),
            config,
            () -> guardians.getAndIncrement() == 0 ? endsOnlyAfter(ends) : Behaviors.empty());
    try {
      ActorSystem<Void> first =
          host.joined().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);

      host.downNow();

      Eventually.isTrue(
          "another system is up at the same contact address",
          SOON,
          () -> host.isUp() && host.system().filter(system -> system != first).isPresent());
    } finally {
      ends.countDown();
      host.close().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static Behavior<Void> endsOnlyAfter(CountDownLatch ends) {
    return Behaviors.receive(Void.class)
        .onSignal(
            PostStop.class,
            stopped -> {
              ends.await(5, TimeUnit.MINUTES);
              return Behaviors.same();
            })
        .build();
  }
}
