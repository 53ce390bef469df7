package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of which machines the cluster says when they are out of reach; the others are to be asked. */
class WatchedMachinesTest {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka.actor.provider = cluster
              akka.actor.testkit.typed.system-shutdown-default = 30s
              akka.cluster.roles = ["registry", "machine-a"]
              akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              """)
          .withFallback(ConfigFactory.load());
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final MachineId MACHINE = new MachineId("a");

  private final ActorTestKit kit = ActorTestKit.create("watched", CONFIG);
  private final Routes routes = new Routes();
  private Member machine;
  private ActorRef<RouteFeed.Command> feed;

  @BeforeEach
  void start() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Eventually.isTrue(
        "it is up", SOON, () -> cluster.selfMember().status().equals(MemberStatus.up()));
    machine = cluster.selfMember();
    feed = kit.spawn(RouteFeed.create(routes));
    Eventually.isTrue("the machine is watched", SOON, () -> routes.isMember(MACHINE));
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void oneThatWasDownedStaysOutOfSightUntilTheClusterSaysOtherwise() {
    removed(MemberStatus.down());

    Eventually.isTrue("it is masked", SOON, () -> !routes.snapshot().isInSight(MACHINE));
    assertThat(routes.isMember(MACHINE)).isTrue();
  }

  @Test
  void oneThatSaidGoodbyeIsNotWatchedAnyMore() {
    removed(MemberStatus.exiting());

    Eventually.isTrue("it is not watched", SOON, () -> !routes.isMember(MACHINE));
  }

  @Test
  void noneIsWhenTheClusterHasEnded() {
    kit.stop(feed);

    Eventually.isTrue("it is not watched", SOON, () -> !routes.isMember(MACHINE));
  }

  private void removed(MemberStatus before) {
    feed.tell(
        new RouteFeed.Seen(
            new ClusterEvent.MemberRemoved(machine.copy(MemberStatus.removed()), before)));
  }
}
