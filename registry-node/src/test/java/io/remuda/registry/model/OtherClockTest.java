package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A name moves to a registry node whose clock is another one than that which wrote its events. */
class OtherClockTest {

  private static final Duration HOUR = Duration.ofHours(1);

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void aFailureIsFollowedByItsPauseAndNotByTheDifferenceOfTheClocks(int hours) {
    World world = World.aReady();
    world.runsAll("m1", Phase.FAILED).look();
    assertThat(world.instances()).as("paused").isEmpty();

    moves(world, hours);
    world.says(Reports.of("m1"));
    world.look();
    world.later(World.POLICY.failureHoldMax()).look();

    assertThat(world.instances()).as("another one is started").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void whatRunsGoesOn(int hours) {
    World world = World.aReady();

    moves(world, hours);
    Plan plan = world.look();

    assertThat(plan.events()).isEmpty();
    assertThat(plan.actions()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  /** The journal goes along, what was only remembered does not. */
  private static void moves(World world, int hours) {
    world.soft = SoftState.EMPTY;
    world.later(HOUR.multipliedBy(hours));
  }
}
