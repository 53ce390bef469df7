package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What comes of machines that refuse: what is written, who is tried, how long they are left. */
class RefusalTest {

  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void aRefusalIsWrittenAndEndsTheAssignment() {
    World world = assigned(Reports.of("m1"));

    Plan plan = world.answers(world.only(), "m1", refused("no room"));

    assertThat(plan.events()).singleElement().isInstanceOf(InstanceRefused.class);
    assertThat(world.instances()).isEmpty();
    assertThat(world.outlook().reason().orElseThrow()).contains("no room");
  }

  @Test
  void theSameReasonAgainIsNotWrittenAndTheSameStartIsSentAgain() {
    World world = refusedTwice("no room");
    InstanceId standing = world.only();

    Plan held = world.later(Duration.ofSeconds(1)).look();
    Plan later = world.later(Duration.ofSeconds(4)).look();

    assertThat(held.actions()).isEmpty();
    assertThat(later.events()).isEmpty();
    assertThat(later.actions())
        .singleElement()
        .isInstanceOfSatisfying(
            Action.Start.class, start -> assertThat(start.instance().id()).isEqualTo(standing));
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(world.outlook().reason().orElseThrow()).contains("no room");
  }

  /** That there is no other place is written, once: it is no news the next minute. */
  @Test
  void aMachineThatRefusesForADayFillsNoJournal() {
    World world = refusedTwice("no room");
    List<ModelEvent> written = new ArrayList<>();

    for (int minute = 0; minute < DAY.toMinutes(); minute++) {
      Plan plan = world.later(Duration.ofSeconds(61)).look();
      written.addAll(plan.events());
      for (Action action : plan.actions()) {
        written.addAll(
            world
                .answers(((Action.Start) action).instance().id(), "m1", refused("no room"))
                .events());
      }
    }

    assertThat(written)
        .singleElement()
        .isInstanceOfSatisfying(
            FoundNoPlace.class, found -> assertThat(found.text()).contains("no room"));
  }

  @Test
  void anotherReasonIsWritten() {
    World world = refusedTwice("no room");

    Plan plan = world.answers(world.only(), "m1", refused("it is cordoned"));

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceRefused.class, event -> assertThat(event.reason()).contains("cordoned"));
  }

  @Test
  void anAssignmentThatIsRefusedAgainGoesToAMachineThatDidNotRefuse() {
    World world = refusedTwice("no room");
    world.says(Reports.of("m2"));

    Plan plan = world.look();

    assertThat(plan.events()).hasSize(2);
    assertThat(plan.events().get(0)).isInstanceOf(InstanceRefused.class);
    assertThat(plan.events().get(1))
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            event -> assertThat(event.machine()).isEqualTo(new MachineId("m2")));
  }

  @Test
  void twoMachinesThatRefuseAreTriedInTurnButSeldom() {
    World world = refusedTwice("no room");
    world.says(Reports.of("m2")).look();
    world.answers(world.only(), "m2", refused("nor here"));
    long before = world.state.sequence();

    for (int minute = 0; minute < 60; minute++) {
      world.later(Duration.ofSeconds(60)).look();
      for (Action action : world.look().actions()) {
        if (action instanceof Action.Start start) {
          String machine = start.instance().machine().value();
          world.answers(
              start.instance().id(),
              machine,
              refused(machine.equals("m1") ? "no room" : "nor here"));
        }
      }
    }

    assertThat(world.state.sequence() - before).isLessThan(40);
  }

  @Test
  void aMachineThatTakesTheInstanceEndsTheRow() {
    World world = refusedTwice("no room");

    Plan plan = world.answers(world.only(), "m1", Optional.empty());

    assertThat(plan.events()).isEmpty();
    assertThat(world.soft.holds()).isEmpty();
    assertThat(world.soft.standing()).isEmpty();
    world.runsAll("m1", Phase.READY).look();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  @Test
  void theHoldGrowsOncePerRoundAndIsShortAgainAfterAnInstanceWasTaken() {
    World world = new World();
    MachineId m1 = new MachineId("m1");
    SoftState once = world.soft.refusedBy(m1, "no", world.now, World.POLICY);
    SoftState sameRound = once.refusedBy(m1, "no", world.now, World.POLICY);
    SoftState next = sameRound.refusedBy(m1, "no", world.now.plusSeconds(3), World.POLICY);

    assertThat(sameRound.hold(m1).orElseThrow().times()).isEqualTo(1);
    assertThat(next.hold(m1).orElseThrow().until()).isEqualTo(world.now.plusSeconds(3 + 4));
    assertThat(
            next.takenBy(m1, InstanceId.of("demo-1"))
                .refusedBy(m1, "no", world.now, World.POLICY)
                .hold(m1)
                .orElseThrow()
                .until())
        .isEqualTo(world.now.plusSeconds(2));
  }

  @Test
  void aRefusalThatComesAfterTheMachineRunsItIsPast() {
    World world = assigned(Reports.of("m1"));
    world.runsAll("m1", Phase.STARTING);

    Plan plan = world.answers(world.only(), "m1", refused("waits for its state"));

    assertThat(plan.events()).isEmpty();
    assertThat(world.instances()).hasSize(1);
  }

  @Test
  void passesOverAMachineThatRefusedForAWhile() {
    World world = new World().declared(aSpec().build()).described().says(Reports.of("m1"));
    world.soft =
        world.soft.refusedBy(new MachineId("m1"), "no room after all", world.now, World.POLICY);

    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().reason().orElseThrow()).contains("no room after all");
    assertThat(world.later(Duration.ofSeconds(3)).look().events()).hasSize(1);
  }

  private static World assigned(Reports report) {
    World world = new World().declared(aSpec().build()).described().says(report);
    world.look();
    world.look();
    return world;
  }

  /** m1 refused an instance, and the next one for the same reason. */
  private static World refusedTwice(String reason) {
    World world = assigned(Reports.of("m1"));
    world.answers(world.only(), "m1", refused(reason));
    world.later(Duration.ofSeconds(3)).look();
    world.look();
    Plan plan = world.answers(world.only(), "m1", refused(reason));
    assertThat(plan.events()).isEmpty();
    return world;
  }

  private static Optional<Refused> refused(String reason) {
    return Optional.of(Refused.of(ErrorCode.NODE_FULL, reason));
  }
}
