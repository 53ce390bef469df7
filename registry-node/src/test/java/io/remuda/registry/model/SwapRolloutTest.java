package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A rollout that has no room beside what serves: demo-3 has all of m1, chat-3 all of m2. */
class SwapRolloutTest extends SwapStage {

  @Test
  void aRolloutThatNeedsRoomAsksOneOfALowerPriority() {
    World world = updating(new Keep(false, 3));
    InstanceId old = world.only();

    assertThat(world.look().actions())
        .containsExactly(
            new Action.AskToGiveWay(new MachineId("m2"), List.of(CHAT_3), 3, false, false));
    assertThat(world.look().actions()).as("it asks once").isEmpty();

    world.soft = answered(world, CHAT_3, Optional.empty());
    world.says(Reports.of("m2").memory(8_000, 0));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            assigned -> assertThat(assigned.machine().value()).isEqualTo("m2"));
    assertThat(stopping(world, old)).isFalse();
  }

  @Test
  void aRolloutTakesNoEqualsPlaceAndSaysWhy() {
    World world = updating(Keep.DEFAULT);
    wanted(world);

    assertThat(world.look().actions()).isEmpty();

    assertThat(stopping(world, world.only())).isFalse();
    assertThat(MakeRoom.verdicts(world.sight()))
        .extracting(Verdict::text)
        .anySatisfy(
            text -> assertThat(text).contains("in place of chat-3: has the same priority 0"));
  }

  @Test
  void aRolloutThatIsMadeRoomForPutsItsOwnAwayOnlyWhereNothingComesOfIt() {
    World world = updating(new Keep(false, 3));
    InstanceId old = world.only();
    assertThat(asked(world.look())).containsExactly(CHAT_3);
    world.soft = answered(world, CHAT_3, Optional.empty());
    world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.instance(CHAT_3, Phase.DRAINING, 2), ALL)));

    world.later(World.POLICY.rollout().roomPatience().plusSeconds(1)).look();
    assertThat(stopping(world, old)).as("its room is on its way").isFalse();

    world.later(HOLD).look();
    assertThat(stopping(world, old)).isTrue();
  }

  private static boolean stopping(World world, InstanceId id) {
    return Objects.requireNonNull(world.state.instances().get(id)).stopping();
  }
}
