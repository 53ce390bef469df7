package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceReady;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReconcilerTest {

  @Test
  void asksAMachineAboutTheModelBeforeItPlacesAnything() {
    World world = new World().declared(aSpec().build()).says(Reports.of("m1"));

    Plan plan = world.look();

    assertThat(plan.events()).isEmpty();
    assertThat(plan.actions()).containsExactly(new Action.Describe(new MachineId("m1")));
    assertThat(world.look().actions()).isEmpty();
  }

  @Test
  void asksAnotherMachineWhenTheFirstDoesNotAnswer() {
    World world =
        new World().declared(aSpec().build()).says(Reports.of("m1")).says(Reports.of("m2"));
    world.look();

    Plan plan = world.later(Duration.ofSeconds(21)).look();

    assertThat(plan.actions()).containsExactly(new Action.Describe(new MachineId("m2")));
  }

  @Test
  void assignsThenStartsOnceTheAssignmentIsWritten() {
    World world = World.aDescribed(1);

    Plan first = world.look();
    Plan second = world.look();

    assertThat(first.events()).singleElement().isInstanceOf(InstanceAssigned.class);
    assertThat(first.actions()).isEmpty();
    assertThat(second.events()).isEmpty();
    assertThat(second.actions()).singleElement().isInstanceOf(Action.Start.class);
  }

  @Test
  void doesNothingTwiceInAnUnchangedWorld() {
    World world = World.aDescribed(1);
    world.look();
    world.look();

    Plan again = world.look();

    assertThat(again.events()).isEmpty();
    assertThat(again.actions()).isEmpty();
  }

  @Test
  void sendsTheSameStartAgainWhenNoAnswerComes() {
    World world = World.aDescribed(1);
    world.look();
    Action first = world.look().actions().get(0);

    Action second = world.later(Duration.ofSeconds(3)).look().actions().get(0);

    assertThat(second).isEqualTo(first);
  }

  @Test
  void aReplayedStateSendsItsStartAgain() {
    World world = World.aDescribed(1);
    world.look();
    world.look();
    world.soft = SoftState.EMPTY;

    assertThat(world.look().actions()).singleElement().isInstanceOf(Action.Start.class);
  }

  @Test
  void writesReadinessOnce() {
    World world = World.aDescribed(1);
    world.look();
    world.runsAll("m1", Phase.READY);

    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceReady.class);
    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  @Test
  void replacesAFailedInstanceAfterAPause() {
    World world = World.aReady();
    InstanceId failed = world.only();
    world.runsAll("m1", Phase.FAILED);

    Plan plan = world.look();

    assertThat(plan.events()).anyMatch(InstanceEnded.class::isInstance);
    assertThat(plan.events()).noneMatch(InstanceAssigned.class::isInstance);
    assertThat(plan.actions())
        .anyMatch(a -> a instanceof Action.Stop stop && stop.id().equals(failed));
    world.says(Reports.of("m1"));
    assertThat(world.later(Duration.ofSeconds(2)).look().events())
        .anyMatch(InstanceAssigned.class::isInstance);
    assertThat(world.only().number()).isGreaterThan(failed.number());
  }

  @Test
  void stopsTheNewestWhenFewerAreWanted() {
    World world = World.aDescribed(3);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    world.on(new DeploymentScaled(name(), 1, world.now));
    InstanceId oldest = world.only();

    Plan plan = world.look();

    assertThat(plan.events()).hasSize(2).allMatch(InstanceStopping.class::isInstance);
    assertThat(world.state.instances())
        .hasEntrySatisfying(oldest, instance -> assertThat(instance.stopping()).isFalse());
    assertThat(world.look().actions()).hasSize(2).allMatch(Action.Stop.class::isInstance);
  }

  @Test
  void sendsAStopUntilTheMachineConfirms() {
    World world = World.aReady();
    world.on(new DeploymentRemoved(name(), world.now));
    world.look();
    Action first = world.look().actions().get(0);

    assertThat(world.look().actions()).isEmpty();
    assertThat(world.later(Duration.ofSeconds(3)).look().actions()).containsExactly(first);
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.ENDED);
  }

  @Test
  void aStopNeverHasALowerEpochThanItsStart() {
    World world = World.aReady();
    world.on(new DeploymentRemoved(name(), world.now));
    world.look();

    Action.Stop stop = (Action.Stop) world.look().actions().get(0);

    assertThat(stop.epoch()).isGreaterThan(world.only().number());
  }

  @Test
  void recreatesInstancesWhenTheRecipeChangesButNotBeforeTheNewOneIsDescribed() {
    World world = World.aReady();
    InstanceId old = world.only();
    world.on(new DeploymentChanged(aSpec().on("fake").needingMemory(100).build(), world.now));

    assertThat(world.look().events()).isEmpty();
    world.described();
    Plan plan = world.look();

    assertThat(plan.events()).anyMatch(InstanceStopping.class::isInstance);
    assertThat(world.state.instances())
        .hasEntrySatisfying(old, instance -> assertThat(instance.stopping()).isTrue());
  }

  @Test
  void staysPendingWithTheReasonOfEachMachineAndStartsWhenRoomAppears() {
    World world = new World().declared(aSpec().needingMemory(9_000).build()).described();
    world.says(Reports.of("m1").memory(16_000, 8_000)).says(Reports.of("m2").memory(4_000, 0));

    world.look();

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(world.outlook().reason().orElseThrow())
        .contains("needs 9000 MiB of memory, m1 (host-m1) has free 8000")
        .contains("m2 (host-m2) has in all 4000");

    world.says(Reports.of("m1").memory(16_000, 0));
    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void scaledToZeroIsStopped() {
    World world = World.aDescribed(0);

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.STOPPED);
  }

  @Test
  void failsAfterThreeFailuresInARowAndSaysWhy() {
    World world = World.aDescribed(1);
    for (int i = 0; i < 3; i++) {
      world.later(Duration.ofMinutes(2)).says(Reports.of("m1")).look();
      world.runsAll("m1", Phase.FAILED).look();
    }
    world.says(Reports.of("m1"));

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.FAILED);
    assertThat(world.outlook().reason().orElseThrow()).contains("it broke");
  }

  private static ModelName name() {
    return new ModelName("demo");
  }
}
