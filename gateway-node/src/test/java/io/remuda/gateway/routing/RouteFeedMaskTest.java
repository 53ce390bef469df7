package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which machines get no requests, by what the cluster says of their members. */
class RouteFeedMaskTest {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka.actor.provider = cluster
              akka.actor.testkit.typed.system-shutdown-default = 30s
              akka.cluster.roles = ["registry", "machine-a"]
              akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              remuda.gateway.routes.warm-up = 1ms
              """)
          .withFallback(ConfigFactory.load());
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ActorTestKit kit = ActorTestKit.create("mask", CONFIG);
  private final Routes routes = new Routes();
  private Member machine;
  private ActorRef<RouteFeed.Command> feed;

  /** The member that is machine a is this one, whose events the test makes up. */
  @BeforeEach
  void start() {
    routes.merge(new RouteTable(List.of(route("m-1", "a"), route("m-2", "b"))));
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Eventually.isTrue(
        "it is up", SOON, () -> cluster.selfMember().status().equals(MemberStatus.up()));
    machine = cluster.selfMember();
    feed = kit.spawn(RouteFeed.create(routes));
    // The feed is told first what the cluster is; that must not come after what a test makes up.
    Eventually.isTrue("it has seen itself", SOON, () -> !routes.snapshot().isCold());
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void aMachineOutOfReachGetsNothingUntilItIsReachedAgain() {
    tell(new ClusterEvent.UnreachableMember(machine));
    assertReady("m-2");

    tell(new ClusterEvent.ReachableMember(machine));
    assertReady("m-1", "m-2");
  }

  @Test
  void aMachineThatWasDownedGetsNothingUntilItJoinsAgain() {
    tell(removed(MemberStatus.down()));
    assertReady("m-2");

    tell(new ClusterEvent.MemberUp(machine));
    assertReady("m-1", "m-2");
  }

  @Test
  void aMachineThatSaidGoodbyeIsNotMaskedButWithdrawsItsRoutesItself() {
    tell(removed(MemberStatus.exiting()));
    tell(new ClusterEvent.UnreachableMember(machine));
    assertReady("m-2");

    tell(new ClusterEvent.ReachableMember(machine));
    tell(removed(MemberStatus.exiting()));
    assertReady("m-1", "m-2");
  }

  @Test
  void aGatewayThatLeavesTheClusterGoesOnWithAllItKnows() {
    tell(new ClusterEvent.UnreachableMember(machine));
    assertReady("m-2");

    kit.stop(feed);

    assertReady("m-1", "m-2");
  }

  private void tell(ClusterDomainEvent event) {
    feed.tell(new RouteFeed.Seen(event));
  }

  private ClusterEvent.MemberRemoved removed(MemberStatus before) {
    return new ClusterEvent.MemberRemoved(machine.copy(MemberStatus.removed()), before);
  }

  private void assertReady(String... instances) {
    Eventually.passes(
        "requests go to them alone",
        SOON,
        () -> {
          ModelEntry entry = routes.snapshot().find("m").orElseThrow();
          assertThat(
                  java.util.stream.IntStream.range(0, entry.readyCount())
                      .mapToObj(i -> entry.ready(i).instance().toString()))
              .containsExactlyInAnyOrder(instances);
        });
  }

  private static Route route(String instance, String machine) {
    return new Route(
        InstanceId.of(instance),
        new MachineId(machine),
        1,
        1,
        Phase.READY,
        "127.0.0.1:1",
        4,
        Set.of(),
        true,
        -1,
        Optional.empty(),
        0);
  }
}
