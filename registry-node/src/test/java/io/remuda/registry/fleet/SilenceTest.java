package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is a machine's silence and what is not, and what comes of many at once. */
class SilenceTest {

  private static final ActorTestKit KIT = ViewWorld.kit("silence");

  private final ViewWorld world = new ViewWorld(KIT);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void silenceIsCountedFromTheLastWord() {
    world.report(Reports.of("m1"));

    world.pass(Duration.ofSeconds(12));

    assertThat(world.machine().silence()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void aMachineThatWasNeverHeardIsSilentOnlySinceThisNodeCouldHearIt() {
    ViewWorld starting = new ViewWorld(KIT, false);
    Duration lostAfter = ViewWorld.SETTINGS.reconcile().lostAfter();
    MachineId unheard = new MachineId("unheard");

    starting.pass(lostAfter.multipliedBy(2));
    assertThat(starting.fleet.snapshot().silenceOf(unheard)).isZero();

    starting.join();
    starting.pass(lostAfter.plusSeconds(1));
    assertThat(starting.fleet.snapshot().silenceOf(unheard)).isGreaterThan(lostAfter);
  }

  @Test
  void afterATimeWithoutAnyMachineTheOthersHaveTheirTimeFromTheFirstOn() {
    Duration lostAfter = ViewWorld.SETTINGS.reconcile().lostAfter();
    MachineId unheard = new MachineId("unheard");
    world.pass(lostAfter.multipliedBy(2));

    world.report(Reports.of("m1"));
    world.pass(lostAfter.minusSeconds(2));
    assertThat(world.fleet.snapshot().silenceOf(unheard)).isLessThan(lostAfter);

    world.pass(Duration.ofSeconds(4));
    assertThat(world.fleet.snapshot().silenceOf(unheard)).isGreaterThan(lostAfter);
  }

  @Test
  void aPauseOfTheRegistryItselfIsNoMachinesSilence() {
    world.report(Reports.of("m1"));
    world.watch("demo", "demo-1");
    world.tick();
    world.barrier();

    world.clock.move(Duration.ofMinutes(2));
    world.tick();
    world.barrier();

    assertThat(world.machine().silence()).isEqualTo(ViewWorld.SETTINGS.pingInterval());
    assertThat(world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter())).isTrue();
    assertThat(world.fleet.snapshot().silenceOf(new MachineId("unseen")))
        .isLessThan(ViewWorld.SETTINGS.reconcile().suspectAfter());
  }

  @Test
  void aPauseIsLeftOutAlsoWhenNewsComesBeforeTheTick() {
    world.report(Reports.of("m1"));

    world.clock.move(Duration.ofMinutes(2));
    world.view.tell(new FleetMessage.MembersSeen(Set.of(), Set.of()));
    world.barrier();

    assertThat(world.machine().silence()).isEqualTo(ViewWorld.SETTINGS.pingInterval());
  }

  @Test
  void aMachineThatStaysSilentAfterAPauseIsStillNoticed() {
    world.report(Reports.of("m1"));
    world.clock.move(Duration.ofMinutes(2));
    world.tick();
    world.barrier();

    world.pass(ViewWorld.SETTINGS.reconcile().lostAfter());

    assertThat(world.machine().silence()).isGreaterThan(ViewWorld.SETTINGS.reconcile().lostAfter());
  }

  @Test
  void forgetsAMachineThatIsLongGone() {
    world.report(Reports.of("m1"));
    world.pass(ViewWorld.SETTINGS.forgetAfter().plusSeconds(1));

    Eventually.isTrue(
        "it is forgotten",
        ViewWorld.SOON,
        () -> world.fleet.snapshot().machine(ViewWorld.M1).isEmpty());
  }

  @Test
  void aLossIsConfirmedByAnOperatorAndDoesNotPullTheBrakeAgain() {
    world.manyFallSilent();
    assertThat(world.fleet.snapshot().braked()).isTrue();
    world.watch("demo", "demo-1");
    world.changed.clear();

    TestProbe<FleetProtocol.LossConfirmed> reply = KIT.createTestProbe();
    world.view.tell(new FleetProtocol.ConfirmLoss(reply.getRef()));

    assertThat(reply.receiveMessage().machines()).hasSize(5).contains(ViewWorld.M1);
    assertThat(world.lossTold).hasSize(5);
    assertThat(world.changed).contains(world.owner.getRef());
    assertThat(world.fleet.snapshot().braked()).isFalse();
    world.pass(Duration.ofSeconds(12));
    assertThat(world.fleet.snapshot().braked()).isFalse();
  }

  @Test
  void aLossThatAnotherRegistryNodeWasToldOfEndsTheBrakeHereToo() {
    world.manyFallSilent();

    world.view.tell(new FleetMessage.LossTold(List.of()));
    world.barrier();

    assertThat(world.fleet.snapshot().braked()).isFalse();
    assertThat(world.lossTold).isEmpty();
  }

  @Test
  void confirmingALossThatIsNoneGivesNothingUp() {
    world.report(Reports.of("m1"));

    TestProbe<FleetProtocol.LossConfirmed> reply = KIT.createTestProbe();
    world.view.tell(new FleetProtocol.ConfirmLoss(reply.getRef()));

    assertThat(reply.receiveMessage().machines()).isEmpty();
  }
}
