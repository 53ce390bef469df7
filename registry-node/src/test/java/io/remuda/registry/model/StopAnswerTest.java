package io.remuda.registry.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.NodeProtocol.StopReply;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StopAnswerTest {

  private static final Capacity CAPACITY = new Capacity(0, 0, 0, 0, List.of());

  @Test
  void theEndOnItsOwnMachineIsTheInstancesEnd() {
    World world = stopping();

    Plan plan = answered(world, "m1");

    assertThat(plan.events()).singleElement().isInstanceOf(InstanceEnded.class);
  }

  @Test
  void theEndOfOneOfTheSameIdElsewhereIsNot() {
    World world = stopping();
    world.says(Reports.of("m2").with(Reports.instance(world.only(), Phase.READY, 1)));
    // As a machine with a copy of another one's data directory would have it: stopped there.
    world.later(World.POLICY.unknownAfter()).look();

    Plan plan = answered(world, "m2");

    assertThat(plan.events()).isEmpty();
    assertThat(world.state.instances()).containsKey(world.only());
  }

  /** An instance that runs on m1 and has been told to stop. */
  private static World stopping() {
    World world = World.aReady();
    world.on(new DeploymentScaled(world.state.name(), 0, world.now)).look();
    assertThat(requireNonNull(world.state.instances().get(world.only())).stopping()).isTrue();
    return world;
  }

  private static Plan answered(World world, String machine) {
    InstanceId id = world.only();
    StopReply reply =
        new StopReply(
            id, world.state.sequence(), new MachineId(machine), Optional.empty(), CAPACITY);
    return AnswerDecider.stop(
        world.sight(), new RegistryMessage.StopAnswered(id, Optional.of(reply)));
  }
}
