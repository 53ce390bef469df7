package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A declaration was changed and no machine can say what its model is, perhaps for long: the
 * instances of the last recipe serve on.
 */
class UnknownRecipeTest {

  private static final LeaseId LEASE = new LeaseId("a");

  @Test
  void ofTheLastRecipeNoMoreServeThanAreWanted() {
    World world = World.aDescribed(3);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();

    world.on(new DeploymentChanged(aSpec().on("fake").needingMemory(100).build(), world.now));
    Plan plan = world.look();

    assertThat(plan.events()).hasSize(2).allMatch(InstanceStopping.class::isInstance);
    assertThat(world.later(Duration.ofSeconds(60)).look().events()).isEmpty();
    assertThat(world.state.instances().values().stream().filter(instance -> !instance.stopping()))
        .hasSize(1);
  }

  /** The lease claims anew, and may have the one that serves. */
  @Test
  void ofTwoOneThatFailsAgainAndAgainGoesThoughALeaseHasIt() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    InstanceId leased = world.instances().get(0);
    InstanceId open = world.instances().get(1);
    world.on(new InstanceLeased(leased, LEASE, 90, world.now));
    world.says(
        Reports.of("m1")
            .with(
                Reports.restarted(
                    Reports.instance(leased, Phase.BACKOFF, 1), 2, Optional.of("exit code 1")))
            .with(Reports.instance(open, Phase.READY, 1)));

    world.on(new DeploymentEvent.DeploymentScaled(world.state.name(), 1, world.now));

    assertThat(world.look().events())
        .filteredOn(InstanceStopping.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceStopping.class, stopping -> assertThat(stopping.id()).isEqualTo(leased));
  }

  @Test
  void whatServesStaysWhileTheOneThatALeaseHasStaysAndDoesNot() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    InstanceId leased = world.instances().get(0);
    InstanceId open = world.instances().get(1);
    world.on(new InstanceLeased(leased, LEASE, 90, world.now));
    world.says(
        Reports.of("m1")
            .with(Reports.instance(leased, Phase.BACKOFF, 1))
            .with(Reports.instance(open, Phase.READY, 1)));

    world.on(new DeploymentChanged(aSpec().on("fake").needingMemory(100).build(), world.now));
    Plan begun = world.look();
    world.runsAll("m1", Phase.READY);
    Plan back = world.look();

    assertThat(begun.events())
        .as("fewer would serve than do and are wanted")
        .noneMatch(InstanceStopping.class::isInstance);
    assertThat(back.events())
        .filteredOn(InstanceStopping.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceStopping.class, stopping -> assertThat(stopping.id()).isEqualTo(open));
  }

  @Test
  void theDeploymentIsNotReadyAndSaysWhatItWaitsFor() {
    World world = World.aReady();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);

    world.on(new DeploymentChanged(aSpec().on("fake").needingMemory(100).build(), world.now));
    world.look();

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().ready()).isEqualTo(1);
    assertThat(world.outlook().reason().orElseThrow()).contains("1 of 1 not placed");
  }
}
