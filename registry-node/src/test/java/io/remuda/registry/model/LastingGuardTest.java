package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What keeps an older journal from stopping what runs does not wear off: not with events that are
 * written since, not with another owner of the name, not while a machine is silent for a moment.
 */
class LastingGuardTest {

  private static final InstanceId LATER = InstanceId.of("demo-5");

  @Test
  void aLaterInstanceStaysOneHoweverManyEventsAreWritten() {
    World world = restored();
    world.look();

    for (int i = 0; i < 3; i++) {
      world.on(new DeploymentEvent.DeploymentScaled(world.state.name(), 2, world.now));
    }

    assertThat(world.state.sequence()).isGreaterThan(LATER.number());
    assertThat(stopped(world)).isFalse();
    assertThat(world.outlook().reason().orElseThrow())
        .contains("journal is older")
        .contains("demo-5 on m1");
  }

  @Test
  void anOwnerThatRemembersNothingKnowsItStill() {
    World world = restored();
    world.look();
    for (int i = 0; i < 3; i++) {
      world.on(new DeploymentEvent.DeploymentScaled(world.state.name(), 2, world.now));
    }

    world.soft = SoftState.EMPTY;

    assertThat(stopped(world)).isFalse();
    assertThat(world.state.instances()).hasSize(2);
  }

  @Test
  void whatTheLiveFleetHasReplacedIsNotStartedOnceMore() {
    World world = restored();

    for (int i = 0; i < 10; i++) {
      assertThat(world.later(Duration.ofMinutes(1)).look().actions()).isEmpty();
    }

    assertThat(world.state.sequence()).isEqualTo(4);
  }

  @Test
  void whatTheMachinesHaveEndedSinceLeavesItAlone() {
    World world = restored();
    for (InstanceId id : world.instances()) {
      world.on(new InstanceEnded(id, false, "it has ended here", world.now));
    }

    assertThat(stopped(world)).isFalse();
    assertThat(world.state.instances()).isEmpty();
  }

  @Test
  void anUpdateStopsNothingWhileNothingCanBePlacedInItsStead() {
    World world = restored();
    world.says(
        Reports.of("m1")
            .with(Reports.instance(LATER, Phase.READY, 1))
            .running("demo-3", Phase.READY));
    world.says(Reports.of("m2").running("demo-4", Phase.READY));

    world
        .on(
            new DeploymentEvent.DeploymentChanged(
                Specs.aSpec().replicas(2).on("other").build(), world.now))
        .described();

    assertThat(stopped(world)).isFalse();
  }

  @Test
  void noStrangerIsStoppedWhileALaterInstanceRuns() {
    World world = restored();
    world.on(new InstanceEnded(InstanceId.of("demo-3"), false, "it was stopped", world.now));
    world.says(Reports.of("m2").running("demo-3", Phase.READY));

    assertThat(stopped(world)).isFalse();
  }

  @Test
  void aMachineThatIsSilentForAMomentIsNotPlacedAround() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").running("demo-5", Phase.READY)).says(Reports.of("m2"));
    world.silent("m1", Duration.ofSeconds(10));

    assertThat(world.look().events()).isEmpty();

    world.silent("m1", Duration.ofSeconds(31));
    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void aStandingRefusalIsNotMovedUnderANumberThatRunsAlready() {
    World world = World.aDescribed(1).says(Reports.of("m2"));
    world.on(assigned("demo-3", "m2"));
    MachineId m2 = new MachineId("m2");
    Refused noRoom = Refused.of(ErrorCode.NODE_FULL, "no room");
    world.soft =
        world
            .soft
            .refusedBy(m2, "no room", world.now, World.POLICY)
            .stands(InstanceId.of("demo-3"), noRoom);
    world.says(Reports.of("m1").running("demo-5", Phase.READY)).says(Reports.of("m3"));

    assertThat(world.look().events()).isEmpty();
    assertThat(world.instances()).containsExactly(InstanceId.of("demo-3"));
  }

  @Test
  void aModelThatRegisteredItselfIsNotPlacedUnderSuchANumberEither() {
    World world = new World();
    for (String machine : new String[] {"m1", "m2"}) {
      world.says(Reports.of(machine));
      world.on(
          new RegistrationEvent.MachineRegistered(
              Specs.aSpec().withSchema("text").build(), new MachineId(machine), world.now));
    }
    world.described();
    world.says(Reports.of("m1").running("demo-5", Phase.READY));

    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void oneThatFailedIsStoppedAndHoldsNothingUp() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").running("demo-5", Phase.FAILED));

    world.look();
    assertThat(world.instances()).hasSize(1);
    assertThat(world.outlook().reason().orElse("")).doesNotContain("journal is older");

    Plan later = world.later(Duration.ofSeconds(6)).look();
    assertThat(later.actions())
        .filteredOn(Action.Stop.class::isInstance)
        .singleElement()
        .satisfies(stop -> assertThat(((Action.Stop) stop).id()).isEqualTo(LATER));
  }

  @Test
  void noNumberIsGivenOutThatAMachineStillHas() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").running("demo-3", Phase.FAILED)).says(Reports.of("m2"));

    assertThat(world.look().events()).isEmpty();
    assertThat(world.later(Duration.ofSeconds(6)).look().actions())
        .singleElement()
        .isInstanceOf(Action.Stop.class);

    world.says(Reports.of("m1"));
    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  /** Of a backup whose two instances the fleet has replaced since by one that is reported. */
  private static World restored() {
    World world = World.aDescribed(2).on(assigned("demo-3", "m1")).on(assigned("demo-4", "m2"));
    return world
        .says(Reports.of("m1").with(Reports.instance(LATER, Phase.READY, 1)))
        .says(Reports.of("m2"));
  }

  private static InstanceAssigned assigned(String id, String machine) {
    World world = new World();
    return new InstanceAssigned(
        InstanceId.of(id), new MachineId(machine), Resources.NONE, Origin.ASSIGNED, world.now);
  }

  /** Whether anything is stopped within an hour. */
  private static boolean stopped(World world) {
    boolean stopped = false;
    for (int i = 0; i < 60; i++) {
      stopped |=
          world.later(Duration.ofMinutes(1)).look().actions().stream()
              .anyMatch(Action.Stop.class::isInstance);
    }
    return stopped;
  }
}
