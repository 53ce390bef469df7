package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.EventTail;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What one registry node makes of reports, pings and membership; time is moved by hand. */
class FleetViewTest {

  private static final ActorTestKit KIT = ViewWorld.kit("fleet-view");

  private final ViewWorld world = new ViewWorld(KIT);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void showsWhatAMachineSaysAndTellsItsRegistryActor() {
    world.report(Reports.of("m1"));

    assertThat(world.machine().fresh(Duration.ofSeconds(1))).isTrue();
    assertThat(world.told).contains(ViewWorld.M1);
    assertThat(world.fleet.agent(ViewWorld.M1)).hasValue(world.agent.getRef());
  }

  @Test
  void theLatestIncarnationWins() {
    world.report(Reports.of("m1").incarnation(2).sequence(1));
    world.report(Reports.of("m1").incarnation(1).sequence(9).running("demo-1", Phase.READY));

    assertThat(world.machine().report().incarnation()).isEqualTo(2);
    assertThat(world.machine().report().instances()).isEmpty();
  }

  @Test
  void anOlderReportOfTheSameLifeIsIgnored() {
    world.report(Reports.of("m1").sequence(5).running("demo-1", Phase.READY));
    world.report(Reports.of("m1").sequence(4));

    assertThat(world.machine().report().instances()).hasSize(1);
  }

  @Test
  void pingsOnceATickForAllInstancesOfAMachine() {
    world.report(Reports.of("m1"));
    world.watch("demo", "demo-1");
    world.watch("other", "other-1");

    world.tick();
    NodeProtocol.Ping ping = world.agent.expectMessageClass(NodeProtocol.Ping.class);

    assertThat(ping.instances())
        .containsExactlyInAnyOrder(ViewWorld.DEMO_1, InstanceId.of("other-1"));
    world.agent.expectNoMessage(Duration.ofMillis(20));
  }

  @Test
  void aMachineThatReportsButAnswersNoPingIsNotFresh() {
    world.report(Reports.of("m1"));
    world.watch("demo", "demo-1");
    world.tick();
    NodeProtocol.Ping ping = world.agent.expectMessageClass(NodeProtocol.Ping.class);
    world.pass(Duration.ofSeconds(5));
    world.report(Reports.of("m1").sequence(2));

    Eventually.isTrue(
        "it is not fresh",
        ViewWorld.SOON,
        () -> !world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter()));

    ping.replyTo().tell(new NodeProtocol.Pong(ping.nonce(), ViewWorld.M1, 1, List.of()));
    world.tick();
    Eventually.isTrue(
        "it is fresh again",
        ViewWorld.SOON,
        () -> world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter()));
  }

  @Test
  void aMachineThatIsAskedNoMoreOwesNothing() {
    world.report(Reports.of("m1"));
    world.watch("demo", "demo-1");
    world.tick();
    world.pass(Duration.ofSeconds(5));
    world.view.tell(new FleetMessage.Watch(new ModelName("demo"), Map.of(), world.owner.getRef()));
    world.report(Reports.of("m1").sequence(2));
    world.tick();

    Eventually.isTrue(
        "it is fresh",
        ViewWorld.SOON,
        () -> world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter()));
  }

  @Test
  void aPongsNewsOfAnInstanceIsTakenIn() {
    world.report(Reports.of("m1").running("demo-1", Phase.STARTING));
    world.watch("demo", "demo-1");
    world.tick();
    NodeProtocol.Ping ping = world.agent.expectMessageClass(NodeProtocol.Ping.class);
    ping.replyTo()
        .tell(
            new NodeProtocol.Pong(
                ping.nonce(),
                ViewWorld.M1,
                1,
                List.of(Reports.instance(ViewWorld.DEMO_1, Phase.READY, 2))));
    world.tick();

    Eventually.isTrue(
        "it is READY",
        ViewWorld.SOON,
        () -> world.machine().instance(ViewWorld.DEMO_1).orElseThrow().phase() == Phase.READY);
    assertThat(world.changed).contains(world.owner.getRef());
  }

  @Test
  void aLocalAgentIsReachableWhateverTheClusterSays() {
    world.report(Reports.of("m1"));
    world.view.tell(
        new FleetMessage.MembersSeen(
            Set.of(), Set.of(new Address("akka", "other", "127.0.0.1", 1))));
    world.tick();

    assertThat(world.machine().reachable()).isTrue();
  }

  @Test
  void aMachineThatSaidGoodbyeIsOutOfReachAtOnce() {
    world.report(Reports.of("m1"));

    world.view.tell(new FleetProtocol.Leaving(ViewWorld.M1, 1));

    Eventually.isTrue("it is out of reach", ViewWorld.SOON, () -> !world.machine().reachable());
  }

  @Test
  void anInstanceThatNobodyHereOwnsWakesItsOwnerOnce() {
    world.report(Reports.of("m1").running("stray-1", Phase.READY));
    world.report(Reports.of("m1").sequence(2).running("stray-1", Phase.READY));

    assertThat(world.woken).containsExactly(new ModelName("stray"));
  }

  @Test
  void aDrainingMachineIsShownAsSuch() {
    world.report(Reports.of("m1"));
    world.view.tell(new FleetMessage.MachineDecided(ViewWorld.M1, 2, true, true, Set.of()));
    world.view.tell(new FleetMessage.MachineDecided(ViewWorld.M1, 1, false, false, Set.of()));

    Eventually.isTrue("it is draining", ViewWorld.SOON, () -> world.machine().draining());
  }

  @Test
  void aGpuThatIsDrainedIsShownAsSuchAlsoOfAMachineThatIsHeardLater() {
    Set<String> gpus = Set.of("GPU-m10");
    world.view.tell(new FleetMessage.MachineDecided(ViewWorld.M1, 2, false, false, gpus));
    world.report(Reports.of("m1"));

    Eventually.isTrue(
        "its GPU is draining",
        ViewWorld.SOON,
        () -> world.machine().drainingGpus().equals(gpus) && !world.machine().draining());
  }

  @Test
  void readersOfEventsAreSentToTheTail() {
    world.view.tell(
        new FleetProtocol.ReadEvents(
            0,
            1,
            Optional.empty(),
            Duration.ZERO,
            KIT.<FleetProtocol.Events>createTestProbe().getRef()));

    assertThat(world.tail.receiveMessage()).isInstanceOf(EventTail.Read.class);
  }
}
