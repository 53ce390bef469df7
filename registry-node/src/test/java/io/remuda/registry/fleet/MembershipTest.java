package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A registry node and a machine in one cluster; the machine's link comes and goes. */
class MembershipTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration WINDOW = Duration.ofSeconds(60);

  /** A stall of the test's own must not look like a change of the link. */
  private static final String PAUSE = "akka.cluster.failure-detector.acceptable-heartbeat-pause";

  /** Stands still: all changes fall into the window however slow the test runs. */
  private static final Clock STILL = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

  @Test
  void aMachineThatFlapsIsDownedAndJoinsAgainAndARegistryNodeIsLeftToTheResolver() {
    List<HostPort> contacts = TestNode.contacts(2);
    List<HostPort> seeds = contacts.subList(0, 1);
    try (TestNode registry =
            TestNode.start(
                "registry",
                contacts.get(0),
                seeds,
                Map.of("remuda.cluster.form", true, PAUSE, "60s"));
        TestNode machine = TestNode.start("model", contacts.get(1), seeds, Map.of())) {
      registry.awaitUp(SOON);
      machine.awaitUp(SOON);
      Eventually.isTrue("both are members", SOON, () -> registry.membersUp() == 2);
      TestProbe<FleetProtocol.Command> view =
          TestProbe.create(FleetProtocol.Command.class, registry.system());
      ActorRef<ClusterDomainEvent> membership =
          registry
              .system()
              .systemActorOf(
                  Membership.create(view.getRef(), new FlapPolicy(3, WINDOW), STILL, () -> {}),
                  "membership",
                  Props.empty());
      Member itself = Cluster.get(registry.system()).selfMember();
      Member flapping = Cluster.get(machine.system()).selfMember();

      view.fishForMessage(
          SOON,
          told ->
              told instanceof FleetMessage.MembersSeen seen && seen.members().size() == 2
                  ? FishingOutcomes.complete()
                  : FishingOutcomes.continueAndIgnore());
      for (int change = 1; change <= 3; change++) {
        changes(membership, flapping, itself, change);
      }
      changes(membership, itself, flapping, 1);
      view.fishForMessage(
          SOON,
          told ->
              told instanceof FleetMessage.MembersSeen seen
                      && seen.unreachable().contains(flapping.address())
                  ? FishingOutcomes.complete()
                  : FishingOutcomes.continueAndIgnore());
      changes(membership, itself, flapping, 2);
      assertThat(registry.membersUp()).isEqualTo(2);
      changes(membership, itself, flapping, 3);

      Eventually.isTrue("it is out", SOON, () -> !isMember(registry, flapping.uniqueAddress()));
      Eventually.isTrue("it has joined again", SOON, () -> registry.membersUp() == 2);
      assertThat(Cluster.get(machine.system()).selfMember().uniqueAddress())
          .isNotEqualTo(flapping.uniqueAddress());
      assertThat(isMember(registry, itself.uniqueAddress())).isTrue();
    }
  }

  /** As the cluster tells it: of the member first, then who observed that. */
  private static void changes(
      ActorRef<ClusterDomainEvent> membership, Member observer, Member member, int number) {
    boolean gone = number % 2 == 1;
    membership.tell(
        gone
            ? new ClusterEvent.UnreachableMember(member)
            : new ClusterEvent.ReachableMember(member));
    membership.tell(
        new ClusterEvent.ReachabilityChanged(
            gone
                ? Reachability.empty().unreachable(observer.uniqueAddress(), member.uniqueAddress())
                : Reachability.empty()));
  }

  private static boolean isMember(TestNode node, UniqueAddress address) {
    for (Member member : Cluster.get(node.system()).state().getMembers()) {
      if (member.uniqueAddress().equals(address)) {
        return true;
      }
    }
    return false;
  }
}
