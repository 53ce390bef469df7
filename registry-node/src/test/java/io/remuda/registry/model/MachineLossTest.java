package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What becomes of instances whose machine falls silent, comes back, drains or is another's. */
class MachineLossTest {

  @Test
  void adoptsWhatRunsAfterItsMachinesJvmCameBack() {
    World world = World.aReady();
    world.says(
        Reports.of("m1").incarnation(2).with(Reports.instance(world.only(), Phase.READY, 9)));

    Plan plan = world.look();

    assertThat(plan.events()).isEmpty();
    assertThat(plan.actions()).isEmpty();
  }

  @Test
  void waitsForAMachineThatIsNotSettled() {
    World world = World.aReady();
    world.says(Reports.of("m1").incarnation(2).settled(false));

    assertThat(world.later(Duration.ofSeconds(9)).look().actions()).isEmpty();
  }

  @Test
  void startsAnInstanceAgainThatItsMachineHasForgotten() {
    World world = World.aReady();
    world.says(Reports.of("m1").incarnation(2));

    assertThat(world.later(Duration.ofSeconds(3)).look().actions())
        .singleElement()
        .isInstanceOf(Action.Start.class);
  }

  @Test
  void placesElsewhereWhatWasOnAMachineThatIsLost() {
    World world = World.aReady().says(Reports.of("m2")).silent("m1", Duration.ofSeconds(31));

    Plan plan = world.look();

    assertThat(plan.events())
        .anyMatch(InstanceLost.class::isInstance)
        .anyMatch(e -> e instanceof InstanceAssigned a && a.machine().equals(new MachineId("m2")));
  }

  @Test
  void givesNothingUpWhileTheBrakeHolds() {
    World world = World.aReady().says(Reports.of("m2")).silent("m1", Duration.ofSeconds(31));
    world.braked = true;

    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void countsSilenceFromItsOwnStartForAMachineItHasNotSeenYet() {
    World world = World.aReady().gone("m1").says(Reports.of("m2"));
    world.watching = Duration.ofSeconds(29);
    assertThat(world.look().events()).isEmpty();

    world.watching = Duration.ofSeconds(31);
    assertThat(world.look().events()).anyMatch(InstanceLost.class::isInstance);
  }

  @Test
  void whoHearsNoMachineAtAllGivesNothingUp() {
    World world = World.aReady().gone("m1");
    world.watching = Duration.ofMinutes(5);

    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void isSuspectWhileItsMachineIsSilentAndReadyWhenItIsBack() {
    World world = World.aReady().silent("m1", Duration.ofSeconds(5));

    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().ready()).isZero();
    assertThat(world.outlook().reason().orElseThrow()).contains("last heard");

    world.silent("m1", Duration.ZERO);
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  @Test
  void stopsAStrangerButOnlyOneThatStays() {
    World world = World.aDescribed(0).placedAndEnded("demo-3", "m1");
    world.says(Reports.of("m1").running("demo-3", Phase.READY));

    assertThat(world.look().actions()).isEmpty();
    assertThat(world.later(Duration.ofSeconds(6)).look().actions())
        .singleElement()
        .isInstanceOfSatisfying(
            Action.Stop.class, stop -> assertThat(stop.epoch()).isGreaterThanOrEqualTo(3));
  }

  @Test
  void leavesAMachineOfAnotherJournalAlone() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").obeying("journal-2").running("demo-77", Phase.READY));

    world.later(Duration.ofSeconds(6)).look();

    assertThat(world.later(Duration.ofSeconds(6)).look().actions()).isEmpty();
    assertThat(world.state.instances()).isEmpty();
    assertThat(world.outlook().reason().orElseThrow()).contains("another journal");
  }

  @Test
  void movesWhatIsOnADrainingMachineOnceItsReplacementIsReady() {
    World world = World.aReady().says(Reports.of("m2")).draining("m1");

    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class, a -> assertThat(a.machine()).isEqualTo(new MachineId("m2")));
    world.runsAll("m2", Phase.READY);
    world.look();
    world.look();

    assertThat(
            world.state.instances().values().stream()
                .filter(Instance::stopping)
                .map(i -> i.machine().value()))
        .containsExactly("m1");
  }

  @Test
  void keepsAnInstanceOnADrainingMachineWhenThereIsNoOther() {
    World world = World.aReady().draining("m1");

    assertThat(world.look().events()).isEmpty();
  }
}
