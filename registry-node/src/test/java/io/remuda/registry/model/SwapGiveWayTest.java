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
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.model.SwapEvent.GaveWay;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The name that is asked to give way: demo-3 is ready on m1. */
class SwapGiveWayTest extends SwapStage {

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

  /** Whoever shows what is said of it takes the name out for keys that may not see that. */
  @Test
  void whoTookItsPlaceIsNamedInWordsThatCanBeTakenOut() {
    World world = serving(aSpec().scaling(SLEEPER), 0, IDLE);

    List<ModelEvent> events = gives(world, 0, true).events();

    Predicate<ModelName> own = name -> !name.equals(CHAT);
    assertThat(events)
        .hasSize(3)
        .extracting(event -> PartWords.seenBy(own, event.text()))
        .noneMatch(text -> text.contains("chat"))
        .allMatch(text -> text.contains("(not shown)"));
    assertThat(events.get(0))
        .isInstanceOfSatisfying(
            GaveWay.class,
            gave -> assertThat(PartWords.seenBy(own, gave.why())).doesNotContain("chat"));
    assertThat(world.outlook().reason().map(why -> PartWords.seenBy(own, why)))
        .hasValueSatisfying(
            why -> assertThat(why).contains("gave way to (not shown)").doesNotContain("chat"));
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
}
