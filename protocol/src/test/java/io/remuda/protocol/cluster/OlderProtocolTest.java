package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A whole node of another version looks for the fleet as every node does, and is not let in. */
class OlderProtocolTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** Of the test kit, which takes it five times. */
  private static final Duration TOLD = Duration.ofSeconds(12);

  private static final int REFUSALS = 3;

  @Test
  void anOlderNodeStaysOutAndOneOfOurVersionJoins() throws Exception {
    List<HostPort> contacts = TestNode.contacts(1);
    try (TestNode registry =
        TestNode.start(
            "registry",
            contacts.get(0),
            contacts,
            Map.of("remuda.cluster.form", true, "remuda.cluster.refusal-interval", "1ns"))) {
      registry.awaitUp(SOON);
      TestProbe<PeerRefused> refused = TestProbe.create(PeerRefused.class, registry.system());
      registry
          .system()
          .eventStream()
          .tell(new EventStream.Subscribe<>(PeerRefused.class, refused.getRef()));

      ActorSystem<Void> older = node(contacts, NodeHome.PROTOCOL_VERSION - 1);
      try {
        for (int i = 0; i < REFUSALS; i++) {
          assertThat(refused.receiveMessage(TOLD).reason())
              .contains("speaks protocol " + (NodeHome.PROTOCOL_VERSION - 1));
        }
        assertThat(isUp(older)).isFalse();
        assertThat(registry.membersUp()).isEqualTo(1);
      } finally {
        end(older);
      }

      ActorSystem<Void> ours = node(contacts, NodeHome.PROTOCOL_VERSION);
      try {
        Eventually.isTrue("one of our version joins", SOON, () -> isUp(ours));
      } finally {
        end(ours);
      }
    }
  }

  private static boolean isUp(ActorSystem<Void> node) {
    return Cluster.get(node).selfMember().status().equals(MemberStatus.up());
  }

  /** A model node's cluster system, which says that it speaks this version. */
  private static ActorSystem<Void> node(List<HostPort> contacts, int protocol) throws Exception {
    Config config = TestNode.config(Map.of());
    NodeSettings settings =
        NodeSettings.from(config)
            .withRoles(Set.of("model"))
            .withBind(TestNode.contacts(1).get(0))
            .withSeeds(contacts);
    Greeting greeting = new Greeting(protocol, settings.clusterName(), Optional.empty());
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(),
            settings.clusterName(),
            SystemConfig.cluster(settings, config, greeting, false));
    new ContactEndpoint(system, Optional.empty(), new RefusedPeers(config), greeting)
        .listen(settings.bind().host(), settings.bind().port(), ended -> {})
        .toCompletableFuture()
        .get(SOON.toSeconds(), TimeUnit.SECONDS);
    ClusterBootstrap.get(system).start();
    return system;
  }

  private static void end(ActorSystem<Void> node) throws Exception {
    node.terminate();
    node.getWhenTerminated().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
  }
}
