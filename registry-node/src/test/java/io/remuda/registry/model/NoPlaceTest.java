package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.Grounds;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** That wanted instances fit nowhere is written with what was weighed, once for each reason. */
class NoPlaceTest {

  private static final InstanceId CHAT = InstanceId.of("chat-3");
  private static final Optional<String> NO_ANSWER = Optional.empty();
  private static final Duration PATIENCE = World.POLICY.rollout().roomPatience();

  @Test
  void tellsWhatEachMachineLackedAndHowManyAreMissing() {
    World world = World.aDescribed(2).says(full("m1"));
    world.says(Reports.of("bare").withoutEngines().engine("other", true));

    FoundNoPlace found = stuck(world).orElseThrow();

    assertThat(found.missing()).isEqualTo(2);
    assertThat(found.wanted()).isEqualTo(2);
    assertThat(found.machines()).isEqualTo(2);
    assertThat(found.weighed())
        .extracting(Verdict::machine, Verdict::predicate, Verdict::fits)
        .containsExactly(
            tuple(new MachineId("m1"), "memory", false),
            tuple(new MachineId("bare"), "engine", false));
    assertThat(found.text())
        .contains("demo: 2 of 2 not placed, none of 2 machines does")
        .contains("512")
        .contains("bare");
    assertThat(found.view(7).weighed()).isEqualTo(found.weighed());
    assertThat(world.outlook().phase().name()).isEqualTo("PENDING");
  }

  @Test
  void isNotWrittenAtEachLookNorWhenOnlyNumbersChange() {
    World world = World.aDescribed(1).says(full("m1"));
    assertThat(stuck(world)).isPresent();

    for (int i = 0; i < 5_000; i++) {
      world.later(Duration.ofMinutes(1)).says(Reports.of("m1").memory(16_000, 15_600 + i % 300));
      assertThat(found(world.look())).isEmpty();
    }
  }

  @Test
  void anotherReasonIsWrittenButNoSoonerThanTheHold() {
    World world = World.aDescribed(1).says(full("m1"));
    assertThat(stuck(world)).isPresent();

    world.draining("m1").later(World.POLICY.restartHold().minusMillis(1));
    assertThat(found(world.look())).isEmpty();

    world.later(Duration.ofMillis(1));
    assertThat(found(world.look()).orElseThrow().weighed())
        .extracting(Verdict::predicate)
        .containsExactly("cordon");
    assertThat(found(world.later(World.POLICY.restartHold()).look())).isEmpty();
  }

  @Test
  void roomThatComesSoonIsNoMatterForTheJournal() {
    World world = World.aDescribed(1).says(full("m1"));

    assertThat(found(world.look())).isEmpty();
    assertThat(found(world.later(PATIENCE.minusMillis(1)).look())).isEmpty();
    world.says(Reports.of("m1")).later(Duration.ofMillis(1));

    assertThat(world.look().events()).hasOnlyElementsOfType(InstanceEvent.InstanceAssigned.class);
    assertThat(found(world.later(PATIENCE).look())).isEmpty();
  }

  @Test
  void theSameReasonIsWrittenAgainWhenThereWasAPlaceMeanwhile() {
    World world = World.aDescribed(1).says(full("m1"));
    assertThat(stuck(world)).isPresent();
    world.says(Reports.of("m1"));
    world.look();
    world.runsAll("m1", Phase.READY).look();
    world.later(World.POLICY.restartHold());
    world.on(new InstanceEvent.InstanceEnded(world.only(), false, "it was stopped", world.now));
    world.says(full("m1"));

    assertThat(stuck(world)).isPresent();
  }

  /** Its room is asked for again and again, each time for nothing. */
  @Test
  void isWrittenOnceThoughSomebodyIsAskedToGiveWayAgainAndAgain() {
    for (Optional<String> stays : List.of(Optional.of("works on 1 request"), NO_ANSWER)) {
      World world = besideAnIdleOne();
      int written = 0;
      int asked = 0;
      for (int i = 0; i < 7_200; i++) {
        Plan plan = world.later(Duration.ofSeconds(1)).look();
        written += found(plan).isPresent() ? 1 : 0;
        for (Action action : plan.actions()) {
          asked++;
          stays.ifPresent(why -> refuses(world, (Action.AskToGiveWay) action, why));
        }
      }

      assertThat(asked).isGreaterThan(5);
      assertThat(written).isEqualTo(1);
    }
  }

  @Test
  void whileSomebodyIsAskedToGiveWayForTheFirstTimeItIsNotWritten() {
    World world = besideAnIdleOne();
    world.look();

    assertThat(found(world.later(World.POLICY.evict().hold().minusMillis(1)).look())).isEmpty();
  }

  @Test
  void aPauseAfterAFailureDoesNotMakeTheSameReasonNew() {
    World world = World.aDescribed(1).says(full("m1"));
    assertThat(stuck(world)).isPresent();
    world.later(World.POLICY.restartHold().multipliedBy(2));
    world.on(
        new InstanceEvent.InstanceAssigned(
            InstanceId.of("demo-9"),
            new MachineId("m1"),
            Resources.NONE,
            InstanceReport.Origin.ASSIGNED,
            world.now));
    world.on(new InstanceEvent.InstanceEnded(InstanceId.of("demo-9"), true, "it broke", world.now));
    assertThat(world.sight().state().failures().count()).isEqualTo(1);

    for (int i = 0; i < 600; i++) {
      assertThat(found(world.look())).isEmpty();
      world.later(Duration.ofSeconds(1));
    }
  }

  @Test
  void anotherRecipeThatFitsNowhereIsToldOfAtOnce() {
    World world = World.aDescribed(1).says(full("m1"));
    assertThat(stuck(world)).isPresent();

    world.soft = world.soft.forRecipe();

    assertThat(stuck(world)).isPresent();
  }

  @Test
  void whatWasNotWrittenBeforeItsOwnerDiedIsWrittenByTheNext() {
    World world = World.aDescribed(1).says(full("m1"));
    world.look();
    // The write of this look fails, and its owner ends with it.
    assertThat(found(Reconciler.reconcile(world.later(PATIENCE).sight()))).isPresent();

    world.soft = SoftState.EMPTY;

    assertThat(stuck(world)).isPresent();
  }

  @Test
  void aModelThatNoMachineCouldEverDescribeIsToldOfToo() {
    World world = new World().declared(Specs.aSpec().replicas(1).build());
    world.says(Reports.of("bare").withoutEngines().engine("other", true));

    assertThat(stuck(world).orElseThrow().weighed())
        .extracting(Verdict::predicate)
        .containsExactly("engine");
  }

  @Test
  void aFleetThatIsHeardSinceAMomentIsGivenTimeToSpeak() {
    World world = World.aDescribed(1).gone("m1");
    world.watching = World.POLICY.suspectAfter();
    assertThat(stuck(world)).isEmpty();

    world.watching = World.POLICY.suspectAfter().plusMillis(1);
    assertThat(stuck(world).orElseThrow().text()).contains("no machine is known");
  }

  @Test
  void whatWaitsForNoPlaceIsNotToldOf() {
    World stopped = World.aDescribed(0).says(full("m1"));
    assertThat(stuck(stopped)).isEmpty();

    World removed = World.aDescribed(1).says(full("m1"));
    removed.on(new DeploymentEvent.DeploymentRemoved(removed.state.name(), removed.now));
    assertThat(stuck(removed)).isEmpty();
  }

  @Test
  void ofManyMachinesSomeAreToldOfAndTheRestIsCounted() {
    World world = World.aDescribed(1).says(full("m1"));
    for (int i = 0; i < 60; i++) {
      world.says(Reports.of("x" + i).withoutEngines().engine("e".repeat(900), true));
    }

    FoundNoPlace found = stuck(world).orElseThrow();

    assertThat(found.weighed()).hasSize(Grounds.MOST);
    assertThat(found.weighed().get(0).machine()).isEqualTo(new MachineId("m1"));
    assertThat(found.details()).containsEntry("untold", Integer.toString(61 - Grounds.MOST));
    assertThat(ModelCodec.encode(found)).hasSizeLessThan(20_000);
    assertThat(found.text()).hasSizeLessThan(4_000).endsWith("and 55 more machines");
  }

  /** Demo has no place on m1, all of which an instance of a lesser priority has. */
  private static World besideAnIdleOne() {
    Resources all = new Resources(0, 8_000, 0, 0);
    World world =
        new World()
            .declared(Specs.aSpec().keep(new Keep(false, 3)).needing(all).build())
            .described();
    world.keeps = Map.of(CHAT.model(), Keep.DEFAULT);
    return world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT, 0, Duration.ofMinutes(5)), all)));
  }

  private static void refuses(World world, Action.AskToGiveWay asked, String why) {
    for (InstanceId id : asked.ids()) {
      world.soft =
          EvictionDecider.answered(
                  world.sight(),
                  new RegistryMessage.GiveWayAnswered(
                      id,
                      asked.sounding(),
                      Optional.of(new RegistryMessage.GiveWayReply(id, Optional.of(why)))))
              .soft();
    }
  }

  private static Reports full(String machine) {
    return Reports.of(machine).memory(16_000, 15_900);
  }

  /** What is written once nothing has fitted for long enough. */
  private static Optional<FoundNoPlace> stuck(World world) {
    world.look();
    return found(world.later(PATIENCE).look());
  }

  private static Optional<FoundNoPlace> found(Plan plan) {
    List<FoundNoPlace> all =
        plan.events().stream()
            .filter(FoundNoPlace.class::isInstance)
            .map(FoundNoPlace.class::cast)
            .toList();
    assertThat(all).hasSizeLessThan(2);
    return all.stream().findFirst();
  }
}
