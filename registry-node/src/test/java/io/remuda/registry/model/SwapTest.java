package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayAnswered;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.model.SwapEvent.GaveWay;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A wanted name takes the place of an idle one: what either of them decides. */
class SwapTest {

  private static final Duration IDLE = World.POLICY.evict().idle();
  private static final Duration HOLD = World.POLICY.evict().hold();
  private static final ModelName CHAT = new ModelName("chat");
  private static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  private static final InstanceId CODE_5 = InstanceId.of("code-5");
  private static final Resources ALL = new Resources(0, 8_000, 0, 0);
  private static final Scaling SLEEPER =
      new Scaling(0, 4, Optional.of(Duration.ofMinutes(5)), 1, Optional.empty());

  // The name that wants room: chat-3 has all of m1.

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
        .endsWith("in place of: chat-3: idle for 3 s of 10 s");
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

  // Where it takes two: chat-3 and code-5 have half of m1 each.

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

  // A rollout that has no room beside what serves: demo-3 has all of m1, chat-3 all of m2.

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
            text -> assertThat(text).contains("in place of: chat-3: has the same priority 0"));
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

  // The name that is asked to give way: demo-3 is ready on m1.

  @Test
  void askedWhetherItWouldGoItSaysSoAndWritesNothing() {
    World world = serving(aSpec(), 0, IDLE);
    GiveWay sounding =
        new GiveWay(world.only(), CHAT, 9, true, true, TestInbox.<GiveWayReply>create().getRef());

    EvictionDecider.Answer answer = EvictionDecider.giveWay(world.sight(), sounding);

    assertThat(answer).isEqualTo(new EvictionDecider.Answer(List.of(), Optional.empty()));
  }

  @Test
  void whatWasThereOfTheOtherNameIsNotWhatItMadeRoomFor() {
    World world = serving(aSpec(), 0, IDLE);
    InstanceId id = world.only();
    world.says(taken(0, IDLE).memory(16_000, 16_000));
    GiveWay wish = wish(world, 0, true);
    world.soft = EvictionDecider.going(world.sight(), wish);
    world.on(new GaveWay(id, new MachineId("m1"), CHAT, "it was idle", world.now));
    world.on(new InstanceEnded(id, false, "gave way to chat", world.now));
    world.says(taken(0, IDLE).memory(16_000, 8_000));

    assertThat(world.look().events()).as("its place is kept for the next one").isEmpty();

    InstanceReport next =
        Reports.claiming(
            Reports.serving(InstanceId.of("chat-9"), 0, IDLE), new Resources(0, 1, 0, 0));
    world.says(taken(0, IDLE).memory(17_000, 8_001).with(next));
    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void anIdleOneGivesWay() {
    World world = serving(aSpec(), 0, IDLE);
    InstanceId id = world.only();

    List<ModelEvent> events = gives(world, 0, true).events();

    assertThat(events).hasSize(2);
    assertThat(events.get(0))
        .isInstanceOfSatisfying(GaveWay.class, gave -> assertThat(gave.to()).isEqualTo(CHAT));
    assertThat(events.get(1))
        .isInstanceOfSatisfying(
            InstanceStopping.class,
            stopping -> {
              assertThat(stopping.id()).isEqualTo(id);
              assertThat(stopping.reason()).isEqualTo("gave way to chat");
            });
    assertThat(world.outlook().returns()).isTrue();
  }

  @Test
  void oneThatMaySleepSleepsInstead() {
    World world = serving(aSpec().scaling(SLEEPER), 0, IDLE);

    assertThat(gives(world, 0, true).events())
        .hasSize(3)
        .element(1)
        .isInstanceOfSatisfying(
            Autoscaled.class,
            slept -> {
              assertThat(slept.to()).isZero();
              assertThat(slept.why()).isEqualTo("gave way to chat");
            });
    assertThat(world.state.sleeps()).isTrue();
    assertThat(world.outlook().reason())
        .hasValueSatisfying(why -> assertThat(why).contains("asleep, since it gave way to chat"));
  }

  @Test
  void oneThatWorksStaysWhateverTheOtherSaw() {
    World world = serving(aSpec(), 1, Duration.ZERO);

    assertThat(gives(world, 9, true).stays()).hasValue("works on 1 request");
  }

  @Test
  void onePinnedSinceStays() {
    World world = serving(aSpec().keep(new Keep(true, 0)), 0, IDLE);

    assertThat(gives(world, 9, true).stays()).hasValue("pinned");
  }

  @Test
  void oneOfAHigherPriorityStays() {
    World world = serving(aSpec().keep(new Keep(false, 1)), 0, IDLE);

    assertThat(gives(world, 0, true).stays()).hasValue("priority 1 is above 0");
  }

  @Test
  void oneThatRequestsWaitForStays() {
    World world = serving(aSpec(), 0, IDLE);
    world.demands =
        Map.of(world.state.name(), new ModelDemand(world.state.name(), 2, 0, Optional.empty()));

    assertThat(gives(world, 9, true).stays()).hasValue("2 requests for it waiting");
  }

  @Test
  void oneThatIsBeingUpdatedStays() {
    World world = serving(aSpec(), 0, IDLE);
    world.on(
        new RolloutEvent.RolloutBegun(
            world.state.live().orElseThrow().spec().withArguments(Map.of("a", "b")), world.now));

    assertThat(gives(world, 9, true).stays()).hasValue("is being updated");
  }

  @Test
  void oneThatALeaseHasStays() {
    World world = serving(aSpec(), 0, IDLE);
    world.on(new TenancyEvent.InstanceLeased(world.only(), new LeaseId("a"), 900, world.now));

    assertThat(gives(world, 9, true).stays()).hasValue("a lease has it");
  }

  @Test
  void askedTwiceItSaysTheSameAndGoesOnce() {
    World world = serving(aSpec(), 0, IDLE);
    GiveWay wish = wish(world, 0, true);
    gives(world, wish);

    EvictionDecider.Answer again = EvictionDecider.giveWay(world.sight(), wish);

    assertThat(again.events()).isEmpty();
    assertThat(again.stays()).isEmpty();
  }

  @Test
  void oneThatIsGoneOrGoesForSomebodyElseStaysNowhere() {
    World world = serving(aSpec(), 0, IDLE);
    GiveWay wish = wish(world, 0, true);
    gives(world, wish);
    GiveWay late =
        new GiveWay(wish.instance(), new ModelName("late"), 0, true, false, wish.replyTo());
    assertThat(EvictionDecider.giveWay(world.sight(), late).stays()).hasValue("is going already");

    world.on(new InstanceEnded(wish.instance(), false, "stopped", world.now));

    assertThat(EvictionDecider.giveWay(world.sight(), wish).stays())
        .hasValue("there is no such instance any more");
  }

  @Test
  void itLeavesThePlaceToTheOneThatItMadeRoomFor() {
    World world = gone();

    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(world.outlook().reason())
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .contains(
                        "gave way to chat, and comes back when there is room or it is asked for"));
  }

  @Test
  void itComesBackWhenTheOtherOneDoesNotCome() {
    World world = gone();

    assertThat(world.later(HOLD.plusSeconds(1)).look().events())
        .singleElement()
        .isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void itComesBackAtOnceWhereThereIsRoomElsewhere() {
    World world = gone();
    world.says(Reports.of("m2").memory(8_000, 0));

    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            assigned -> assertThat(assigned.machine().value()).isEqualTo("m2"));
  }

  @Test
  void askedForAgainItTakesThePlaceBackOnceTheOtherIsIdle() {
    World world = gone();
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    world.says(taken(1, Duration.ZERO));
    wanted(world);
    assertThat(world.look().actions()).isEmpty();

    world.says(taken(0, IDLE));

    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  @Test
  void onceTheOtherOneWasThereThePlaceIsAnybodys() {
    World world = gone();
    world.says(taken(0, IDLE));
    world.look();

    world.says(Reports.of("m1").memory(8_000, 0));

    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
  }

  @Test
  void withoutRequestsItTakesNoPlaceBack() {
    World world = gone();
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    world.says(taken(0, IDLE.multipliedBy(10)));

    assertThat(world.later(HOLD.multipliedBy(3)).look().actions()).isEmpty();
  }

  @Test
  void onceItIsReadyAgainNothingIsSaidOfIt() {
    World world = gone();
    world.later(HOLD.plusSeconds(1)).look();
    world.runsAll("m1", Phase.READY);
    world.look();

    assertThat(world.state.given()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  /** A name that wants 8000 MiB, and a fleet in which chat gives way like any other. */
  private static World wanting(Specs spec) {
    World world = new World().declared(spec.needing(ALL).build()).described();
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    return world;
  }

  /** m1, all of which chat-3 has. */
  private static Reports taken(int inFlight, Duration idle) {
    InstanceReport chat = Reports.claiming(Reports.serving(CHAT_3, inFlight, idle), ALL);
    return Reports.of("m1").memory(8_000, 8_000).with(chat);
  }

  private static World wantingTwoPlaces() {
    Resources half = new Resources(0, 4_000, 0, 0);
    World world = wanting(aSpec().keep(new Keep(false, 3)));
    world.keeps = Map.of(CHAT, Keep.DEFAULT, CODE_5.model(), Keep.DEFAULT);
    return world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT_3, 0, IDLE), half))
            .with(Reports.claiming(Reports.serving(CODE_5, 0, IDLE), half)));
  }

  private static Action goes(InstanceId id) {
    return new Action.AskToGiveWay(new MachineId("m1"), List.of(id), 3, false, false);
  }

  /** Demo serves on m1, is being updated and has no room beside it. */
  private static World updating(Keep keep) {
    World world = serving(aSpec().keep(keep), 0, IDLE);
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    world.on(
        new RolloutEvent.RolloutBegun(
            world.state.live().orElseThrow().spec().withArguments(Map.of("a", "b")), world.now));
    world.described();
    return world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT_3, 0, IDLE.multipliedBy(9)), ALL)));
  }

  private static void wanted(World world) {
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
  }

  private static List<InstanceId> asked(Plan plan) {
    return plan.actions().stream()
        .filter(Action.AskToGiveWay.class::isInstance)
        .flatMap(action -> ((Action.AskToGiveWay) action).ids().stream())
        .toList();
  }

  /** It does not say whether it would. */
  private static SoftState unanswered(World world, InstanceId id) {
    return EvictionDecider.answered(world.sight(), new GiveWayAnswered(id, true, Optional.empty()))
        .soft();
  }

  private static SoftState answered(World world, InstanceId id, Optional<String> stays) {
    return EvictionDecider.answered(
            world.sight(),
            new GiveWayAnswered(
                id, world.soft.evictions().isUnsure(id), Optional.of(new GiveWayReply(id, stays))))
        .soft();
  }

  private static World serving(Specs spec, int inFlight, Duration idle) {
    World world =
        new World()
            .declared(spec.needing(ALL).build())
            .described()
            .says(Reports.of("m1").memory(8_000, 0));
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(world.only(), inFlight, idle), ALL)));
  }

  /** It had one replica, which gave way to chat and has ended. */
  private static World gone() {
    World world = serving(aSpec(), 0, IDLE);
    InstanceId id = world.only();
    gives(world, 0, true);
    world.on(new InstanceEnded(id, false, "gave way to chat", world.now));
    return world.says(Reports.of("m1").memory(8_000, 0));
  }

  private static EvictionDecider.Answer gives(World world, int priority, boolean asked) {
    return gives(world, wish(world, priority, asked));
  }

  private static EvictionDecider.Answer gives(World world, GiveWay wish) {
    EvictionDecider.Answer answer = EvictionDecider.giveWay(world.sight(), wish);
    world.state = world.state.on(answer.events());
    return answer;
  }

  private static GiveWay wish(World world, int priority, boolean asked) {
    return new GiveWay(
        world.only(), CHAT, priority, asked, false, TestInbox.<GiveWayReply>create().getRef());
  }

  private static void claims(World world, String lease) {
    Claim claim =
        new Claim(
            new LeaseId(lease),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            world.now);
    Plan plan = TenancyDecider.claim(world.sight(), claim);
    world.soft = plan.soft();
    world.state = world.state.on(plan.events());
  }
}
