package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A name that has no place asks others for theirs: chat-3 has all of m1. */
class SwapAskTest extends SwapStage {

  @Test
  void asksAnIdleEqualToGiveWayWhenRequestsWait() {
    World world = wanting(aSpec()).says(taken(0, IDLE));
    assertThat(world.look().actions()).isEmpty();

    wanted(world);
    Plan plan = world.look();

    assertThat(plan.events()).isEmpty();
    assertThat(plan.actions())
        .containsExactly(
            new Action.AskToGiveWay(new MachineId("m1"), List.of(CHAT_3), 0, true, false));
  }

  @Test
  void asksOnceAndThenWaitsForTheRoom() {
    World world = wanting(aSpec()).says(taken(0, IDLE));
    wanted(world);
    world.look();

    assertThat(world.later(HOLD.minusSeconds(1)).look().actions()).isEmpty();
    wanted(world.later(Duration.ofSeconds(2)));
    assertThat(world.look().actions()).hasSize(1);
    assertThat(world.later(HOLD.plusSeconds(1)).look().actions())
        .as("the second time it waits for longer")
        .isEmpty();
  }

  @Test
  void oneThatServesAlreadyAsksNoMoreOftenThanOneThatDoesNot() {
    World world = wanting(aSpec().replicas(2).keep(new Keep(false, 5)));
    world.says(Reports.of("m2").memory(8_000, 0));
    world.look();
    world.runsAll("m2", Phase.READY);
    world.says(
        Reports.of("m2").memory(8_000, 8_000).with(Reports.instance(world.only(), Phase.READY, 1)));
    world.says(taken(0, IDLE));
    assertThat(asked(world.look())).containsExactly(CHAT_3);

    world.soft = answered(world, CHAT_3, Optional.empty());

    assertThat(world.look().actions()).as("its room is on its way").isEmpty();
    assertThat(world.later(HOLD.minusSeconds(1)).look().actions()).isEmpty();
  }

  @Test
  void asksAnotherOneAtOnceWhereOneStays() {
    InstanceId other = InstanceId.of("other-1");
    World world = wanting(aSpec());
    world.keeps = Map.of(CHAT, Keep.DEFAULT, other.model(), Keep.DEFAULT);
    world.says(taken(0, IDLE.multipliedBy(9)));
    world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(other, 0, IDLE), ALL)));
    wanted(world);
    assertThat(asked(world.look())).containsExactly(CHAT_3);

    world.soft = answered(world, CHAT_3, Optional.of("works on 1 request"));

    assertThat(asked(world.look())).containsExactly(other);
  }

  @Test
  void placesWhereTheRoomWasMadeOnceItIsFree() {
    World world = wanting(aSpec()).says(taken(0, IDLE));
    wanted(world);
    world.look();
    world.soft = answered(world, CHAT_3, Optional.empty());
    world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.instance(CHAT_3, Phase.DRAINING, 2), ALL)));
    assertThat(world.look().events()).isEmpty();
    world.says(Reports.of("m1").memory(8_000, 8_000));
    assertThat(world.look().events()).as("its memory is not back").isEmpty();

    world.says(Reports.of("m1").memory(8_000, 0));

    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void aHigherPriorityAsksTheLesserThoughNobodyWaits() {
    World world = wanting(aSpec().keep(new Keep(false, 3))).says(taken(0, Duration.ZERO));

    assertThat(world.look().actions())
        .containsExactly(
            new Action.AskToGiveWay(new MachineId("m1"), List.of(CHAT_3), 3, false, false));
  }

  @Test
  void aLeaseThatWaitsAsksLikeRequestsThatWait() {
    World world = wanting(aSpec());
    world.says(Reports.of("m2").memory(8_000, 0));
    world.look();
    world.runsAll("m2", Phase.READY);
    world.says(
        Reports.of("m2").memory(8_000, 8_000).with(Reports.instance(world.only(), Phase.READY, 1)));
    world.says(taken(0, IDLE));
    claims(world, "a");
    assertThat(world.look().actions()).as("it has the one that there is").isEmpty();

    claims(world, "b");

    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  @Test
  void oneMoreReplicaTakesNoEqualsPlace() {
    World world = wanting(aSpec().replicas(2));
    world.says(Reports.of("m2").memory(8_000, 0));
    world.look();
    world.runsAll("m2", Phase.READY);
    world.says(
        Reports.of("m2").memory(8_000, 8_000).with(Reports.instance(world.only(), Phase.READY, 1)));
    world.says(taken(0, IDLE));
    wanted(world);

    assertThat(world.look().actions()).isEmpty();
  }

  @Test
  void tellsGatewaysToHoldItsRequestsOnlyWhereThatMayHelp() {
    World world = wanting(aSpec()).says(taken(2, Duration.ZERO));
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(world.outlook().returns()).isTrue();

    world.keeps = Map.of(CHAT, new Keep(true, 0));

    assertThat(world.outlook().returns()).isFalse();
  }

  @Test
  void goesOnHoldingRequestsWhileItStartsInItsNewPlace() {
    World world = wanting(aSpec()).says(taken(0, IDLE));
    wanted(world);
    world.look();
    world.says(Reports.of("m1").memory(8_000, 0));
    world.look();
    world.later(HOLD.multipliedBy(2));
    world.runsAll("m1", Phase.WARMING);
    world.look();

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.STARTING);
    assertThat(world.outlook().returns()).isTrue();
    world.runsAll("m1", Phase.READY);
    world.look();
    assertThat(world.outlook().returns()).isFalse();
    assertThat(world.soft.evictions().asked()).isEmpty();
  }

  @Test
  void explainsWhyNobodyGivesWay() {
    World world = wanting(aSpec()).says(taken(0, Duration.ofSeconds(3)));
    wanted(world);

    assertThat(MakeRoom.verdicts(world.sight()))
        .extracting(Verdict::text)
        .singleElement()
        .asString()
        .endsWith("in place of chat-3: idle for 3 s of 10 s")
        .satisfies(
            text ->
                assertThat(PartWords.seenBy(name -> false, text))
                    .endsWith("in place of (not shown): idle for 3 s of 10 s"));
  }

  @Test
  void anOwnerThatLooksBehindAnOlderJournalAsksNobody() {
    World world = wanting(aSpec()).says(taken(0, IDLE));
    world.says(
        Reports.of("m2")
            .memory(1, 0)
            .with(Reports.instance(InstanceId.of("demo-99"), Phase.READY, 1)));
    wanted(world);

    assertThat(world.look().actions()).isEmpty();
  }
}
