package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.cluster.SharedTable;
import io.remuda.protocol.cluster.TablePublisher;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The feed in a real cluster of one node. */
class RouteFeedTest {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka.actor.provider = cluster
              akka.cluster.roles = ["registry"]
              akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              akka.actor.testkit.typed.system-shutdown-default = 30s
              remuda.gateway.routes.warm-up = 100ms
              """)
          .withFallback(ConfigFactory.load());
  private static final Duration SOON = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create("feed", CONFIG);

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void takesInWhatTheFleetSays() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Routes routes = new Routes();
    kit.spawn(RouteFeed.create(routes));

    Eventually.isTrue(
        "a registry was seen, so unknown names are unknown",
        SOON,
        () -> !routes.snapshot().isCold());

    ActorRef<TablePublisher.Command<Route>> machine =
        kit.spawn(TablePublisher.create(SharedTable.ROUTES));
    machine.tell(
        new TablePublisher.Put<>(
            List.of(
                new Route(
                    InstanceId.of("m-1"),
                    new MachineId("a"),
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
    ActorRef<TablePublisher.Command<Listing>> registry =
        kit.spawn(TablePublisher.create(SharedTable.CATALOG));
    registry.tell(
        new TablePublisher.Put<>(
            List.of(
                new Listing(
                    new ModelName("m"),
                    1,
                    0,
                    1,
                    DeploymentPhase.READY,
                    "command",
                    Optional.empty(),
                    1,
                    1,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false))));

    Eventually.isTrue(
        "the route and the listing are there",
        SOON,
        () ->
            routes
                .snapshot()
                .find("m")
                .filter(entry -> entry.readyCount() == 1 && entry.listing().isPresent())
                .isPresent());
    assertThat(routes.snapshot().listings()).hasSize(1);
  }
}
