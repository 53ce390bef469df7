package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
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
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * A node that is not run for some seconds, again and again: each time it wakes it takes all others
 * for unreachable, for as long as it takes to hear them.
 */
class WakingNodeTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration WINDOW = Duration.ofSeconds(60);

  /** A stall of the test's own must not look like a change of the link. */
  private static final String PAUSE = "akka.cluster.failure-detector.acceptable-heartbeat-pause";

  /** Stands still: all changes fall into the window however slow the test runs. */
  private static final Clock STILL = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

  @Test
  void harmsNoOther() {
    List<HostPort> contacts = TestNode.contacts(4);
    List<HostPort> seeds = contacts.subList(0, 1);
    try (TestNode registry =
            TestNode.start(
                "registry",
                contacts.get(0),
                seeds,
                Map.of("remuda.cluster.form", true, PAUSE, "60s"));
        TestNode sleeper = TestNode.start("model", contacts.get(1), seeds, Map.of(PAUSE, "60s"));
        TestNode well = TestNode.start("model", contacts.get(2), seeds, Map.of(PAUSE, "60s"));
        TestNode flapping = TestNode.start("model", contacts.get(3), seeds, Map.of(PAUSE, "60s"))) {
      Eventually.isTrue("four members", SOON, () -> registry.membersUp() == 4);
      ActorRef<ClusterDomainEvent> membership = membership(registry);
      UniqueAddress itself = Cluster.get(registry.system()).selfMember().uniqueAddress();
      UniqueAddress its = Cluster.get(sleeper.system()).selfMember().uniqueAddress();
      Member innocent = Cluster.get(well.system()).selfMember();
      Member guilty = Cluster.get(flapping.system()).selfMember();

      for (int time = 0; time < 4; time++) {
        Reachability sleepy = Reachability.empty();
        for (Member member : members(registry)) {
          if (!member.uniqueAddress().equals(its)) {
            membership.tell(new ClusterEvent.UnreachableMember(member));
            sleepy = sleepy.unreachable(its, member.uniqueAddress());
          }
        }
        membership.tell(new ClusterEvent.ReachabilityChanged(sleepy));
        for (Member member : members(registry)) {
          if (!member.uniqueAddress().equals(its)) {
            membership.tell(new ClusterEvent.ReachableMember(member));
          }
        }
        membership.tell(new ClusterEvent.ReachabilityChanged(Reachability.empty()));
      }
      // One that a node which is awake loses as often goes; so the others would have gone by then.
      for (int time = 0; time < 2; time++) {
        membership.tell(
            new ClusterEvent.ReachabilityChanged(
                Reachability.empty().unreachable(itself, guilty.uniqueAddress())));
        membership.tell(new ClusterEvent.ReachabilityChanged(Reachability.empty()));
      }

      Eventually.isTrue("it is out", SOON, () -> !isUp(registry, guilty.uniqueAddress()));
      assertThat(isUp(registry, innocent.uniqueAddress())).isTrue();
      assertThat(isUp(registry, its)).isTrue();
    }
  }

  /** One that knows all members. */
  private static ActorRef<ClusterDomainEvent> membership(TestNode registry) {
    TestProbe<FleetProtocol.Command> view =
        TestProbe.create(FleetProtocol.Command.class, registry.system());
    ActorRef<ClusterDomainEvent> membership =
        registry
            .system()
            .systemActorOf(
                Membership.create(view.getRef(), new FlapPolicy(3, WINDOW), STILL, () -> {}),
                "membership",
                Props.empty());
    view.fishForMessage(
        SOON,
        told ->
            told instanceof FleetMessage.MembersSeen seen && seen.members().size() == 4
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    return membership;
  }

  private static List<Member> members(TestNode node) {
    return StreamSupport.stream(
            Cluster.get(node.system()).state().getMembers().spliterator(), false)
        .toList();
  }

  private static boolean isUp(TestNode node, UniqueAddress address) {
    return members(node).stream()
        .filter(member -> member.status().equals(MemberStatus.up()))
        .anyMatch(member -> member.uniqueAddress().equals(address));
  }
}
