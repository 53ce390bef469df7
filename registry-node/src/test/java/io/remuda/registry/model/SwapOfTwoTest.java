package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Keep;
import io.remuda.registry.model.RegistryMessage.GiveWayAnswered;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A name that needs the places of two: chat-3 and code-5 have half of m1 each. */
class SwapOfTwoTest extends SwapStage {

  @Test
  void twoAreAskedWhetherTheyWouldGoBeforeEitherGoes() {
    World world = wantingTwoPlaces();

    assertThat(world.look().actions())
        .containsExactly(
            new Action.AskToGiveWay(new MachineId("m1"), List.of(CHAT_3, CODE_5), 3, false, true));
    world.soft = answered(world, CHAT_3, Optional.empty());
    assertThat(world.look().actions()).as("one has not answered").isEmpty();

    world.soft = answered(world, CODE_5, Optional.empty());

    assertThat(world.look().actions()).containsExactly(goes(CHAT_3));
    assertThat(world.look().actions()).as("it has not said that it goes").isEmpty();
    world.soft = answered(world, CHAT_3, Optional.empty());
    assertThat(world.look().actions()).containsExactly(goes(CODE_5));
  }

  @Test
  void whereOneOfTwoStaysNeitherIsAskedToGo() {
    World world = wantingTwoPlaces();
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());

    world.soft = answered(world, CODE_5, Optional.of("works on 1 request"));

    assertThat(world.look().actions()).isEmpty();
    assertThat(world.later(HOLD.multipliedBy(3)).look().actions())
        .as("later it asks whether they would again")
        .singleElement()
        .isInstanceOfSatisfying(
            Action.AskToGiveWay.class, wish -> assertThat(wish.sounding()).isTrue());
  }

  @Test
  void whereOneOfTwoDoesNotAnswerNeitherIsAskedToGo() {
    World world = wantingTwoPlaces();
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());

    world.soft = unanswered(world, CODE_5);

    assertThat(world.look().actions()).isEmpty();
    assertThat(world.later(IDLE.minusMillis(1)).look().actions()).isEmpty();
  }

  @Test
  void whereOneOfTwoDoesNotAnswerAnotherMachineIsTriedAtOnce() {
    World world = wantingTwoPlaces();
    InstanceId other = InstanceId.of("other-1");
    world.keeps =
        Map.of(CHAT, Keep.DEFAULT, CODE_5.model(), Keep.DEFAULT, other.model(), new Keep(false, 1));
    world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(other, 0, IDLE), ALL)));
    assertThat(asked(world.look())).containsExactly(CHAT_3, CODE_5);

    world.soft = unanswered(world, CODE_5);

    assertThat(asked(world.look())).containsExactly(other);
  }

  /** It said that it would when it was asked before, and is busy since. */
  @Test
  void aLateWordThatItWouldGoIsNotTakenForThatItGoes() {
    World world = wantingTwoPlaces();
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());
    world.soft = answered(world, CODE_5, Optional.empty());
    assertThat(asked(world.look())).containsExactly(CHAT_3);

    world.soft =
        EvictionDecider.answered(
                world.sight(),
                new GiveWayAnswered(
                    CHAT_3, true, Optional.of(new GiveWayReply(CHAT_3, Optional.empty()))))
            .soft();

    assertThat(world.look().actions()).as("chat-3 has not said that it goes").isEmpty();
  }

  @Test
  void oneThatTurnsBusyMeanwhileLeavesThoseAfterItWhereTheyAre() {
    World world = wantingTwoPlaces();
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());
    world.soft = answered(world, CODE_5, Optional.empty());
    world.look();

    world.soft = answered(world, CHAT_3, Optional.of("works on 1 request"));

    assertThat(world.look().actions()).isEmpty();
  }

  @Test
  void whereThereIsRoomMeanwhileNobodyElseIsAskedToGo() {
    World world = wantingTwoPlaces();
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());
    world.soft = answered(world, CODE_5, Optional.empty());

    world.says(Reports.of("m2").memory(8_000, 0));

    assertThat(world.look().actions()).isEmpty();
  }

  @Test
  void aLateAnswerOfOneMachineIsNoneOfAnothers() {
    World world = wantingTwoPlaces();
    InstanceId other = InstanceId.of("other-1");
    world.keeps =
        Map.of(CHAT, Keep.DEFAULT, CODE_5.model(), Keep.DEFAULT, other.model(), new Keep(false, 1));
    world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(other, 0, IDLE), ALL)));
    world.look();
    world.soft = answered(world, CHAT_3, Optional.of("works on 1 request"));
    assertThat(asked(world.look())).containsExactly(other);

    world.soft = answered(world, CODE_5, Optional.of("works on 1 request"));

    assertThat(world.look().actions()).as("the other one has not answered").isEmpty();
  }
}
