package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RolloutEvent.CanaryWeighed;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.model.RolloutEvent.RolloutPromoted;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A new version that gets a share of the requests until somebody says what is to become of it. */
class CanaryTest {

  private static final MachineId M1 = new MachineId("m1");

  @Test
  void asManyServeAsItsShareNeedsAndNothingThatServesIsStopped() {
    World world = serving(4);
    begin(world, 20, 4).described();

    assertThat(kinds(world.look())).containsExactly("InstanceAssigned");
    assertThat(kinds(world.runsAll("m1", Phase.READY).look())).containsExactly("InstanceReady");
    assertThat(world.later(Duration.ofDays(10)).look().events()).isEmpty();

    assertThat(rollout(world).stage()).isEqualTo(Stage.CANARY);
    assertThat(of(world, rollout(world).to())).hasSize(1);
    assertThat(of(world, 1)).hasSize(4);
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
    assertThat(world.outlook().reason().orElseThrow())
        .contains(
            "canary with 20 percent", "1 of 1 ready, beside 4", "remuda rollout promote demo");
  }

  @Test
  void gatewaysAreToldItsShareUntilItIsPromoted() {
    World world = serving(4);
    List<Listing> told = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(told::add);
    entry.ownedIn(1);
    entry.show(world.state, world.outlook());
    begin(world, 20, 4).described().look();
    entry.show(world.state, world.outlook());
    long canary = rollout(world).to();
    decided(world, RolloutDecider.weigh(world.state, 35, world.now));
    entry.show(world.state, world.outlook());
    decided(world, RolloutDecider.promote(world.state, world.now));
    entry.show(world.state, world.outlook());

    assertThat(told)
        .extracting(Listing::weights)
        .containsExactly(Map.of(), Map.of(canary, 20), Map.of(canary, 35), Map.of());
  }

  @Test
  void gatewaysAskOneThatIsTakenBackOnlyForWantOfOthers() {
    World world = serving(2);
    List<Listing> told = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(told::add);
    entry.ownedIn(1);
    begin(world, 20, 2).described();
    settle(world);
    long canary = rollout(world).to();
    entry.show(world.state, world.outlook());
    decided(world, RolloutDecider.rollBack(world.state, world.now));
    entry.show(world.state, world.outlook());
    settle(world);
    entry.show(world.state, world.outlook());

    assertThat(told)
        .extracting(Listing::weights)
        .containsExactly(Map.of(canary, 20), Map.of(canary, 0), Map.of());
  }

  @Test
  void gatewaysAskOneThatWasGivenUpOnlyForWantOfOthers() {
    World world = serving(2);
    List<Listing> told = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(told::add);
    entry.ownedIn(1);
    begin(world, 20, 2).described();
    settle(world);
    long canary = rollout(world).to();
    world.on(
        new RolloutHalted(
            world.state.name(), canary, "it broke", ErrorCode.ENGINE_FAILED, world.now));
    entry.show(world.state, world.outlook());

    assertThat(told).extracting(Listing::weights).containsExactly(Map.of(canary, 0));
  }

  @Test
  void aCanaryLeavesWhatLeasesHave() {
    World world = World.aReady();
    for (int i = 0; i < 3; i++) {
      claim(world, new LeaseId("w" + i));
      world.look();
      world.runsAll("m1", Phase.READY).look();
    }
    Tenancy before = world.state.tenancy();
    assertThat(before.tenants()).hasSize(3);

    begin(world, 10, 1).described();
    List<ModelEvent> events = settle(world);

    assertThat(events).noneMatch(InstanceStopping.class::isInstance);
    assertThat(world.state.tenancy()).isEqualTo(before);
    assertThat(of(world, rollout(world).to())).hasSize(1);
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
    assertThat(world.outlook().reason().orElseThrow()).contains("1 of 1 ready, beside 3");
  }

  @Test
  void besideACanaryLeasesThatWaitGetInstancesOfWhatServedBefore() {
    World world = World.aReady();
    claim(world, new LeaseId("w0"));
    begin(world, 10, 1).described();
    settle(world);
    for (int i = 1; i < 4; i++) {
      claim(world, new LeaseId("w" + i));
    }

    world.look();
    world.runsAll("m1", Phase.READY).look();

    assertThat(world.state.tenancy().tenants()).hasSize(4);
    assertThat(of(world, rollout(world).to())).hasSize(1);
    assertThat(of(world, 1)).filteredOn(one -> world.state.tenancy().has(one.id())).hasSize(3);
  }

  @Test
  void aDrainLeavesTheLastOneOfWhatServedBeforeUntilItHasAnotherPlace() {
    World world = drainable();
    InstanceId old = of(world, 1).get(0).id();

    Forecast forecast =
        WhatIf.left(
                world.sight(), new Departure(M1, Departure.Kind.DRAIN, Optional.empty()), List.of())
            .atRest()
            .forecast();

    assertThat(forecast.moves())
        .singleElement()
        .satisfies(
            move -> {
              assertThat(move.kind()).isEqualTo(Forecast.Kind.STAYS);
              assertThat(move.instance()).contains(old);
            });
    assertThat(world.draining("m1").look().events()).isEmpty();
    assertThat(world.later(Duration.ofDays(1)).look().events()).isEmpty();

    assertThat(world.says(Reports.of("m3")).look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class, placed -> assertThat(placed.revision()).hasValue(1));
    assertThat(kinds(world.runsAll("m3", Phase.READY).look()))
        .containsExactly("InstanceReady", "InstanceStopping");
    assertThat(of(world, 1))
        .singleElement()
        .matches(one -> one.machine().equals(new MachineId("m3")), "is on m3");
  }

  @Test
  void onePromotedTakesOverAsAnyOtherDoesAndTheOldOneCanBeHadBack() {
    World world = serving(4);
    begin(world, 20, 4).described();
    settle(world);
    long to = rollout(world).to();

    Decision decision = RolloutDecider.promote(world.state, world.now);
    decided(world, decision);
    assertThat(decision.events()).singleElement().isInstanceOf(RolloutPromoted.class);
    assertThat(RolloutDecider.promote(world.state, world.now).events()).isEmpty();
    assertThat(RolloutDecider.promote(world.state, world.now).refused()).isEmpty();
    settle(world);

    assertThat(world.state.rollout()).isEmpty();
    assertThat(of(world, to)).hasSize(4);
    assertThat(world.state.instances()).hasSize(4);
    assertThat(world.state.previous()).hasValue(1);
    assertThat(RolloutDecider.promote(world.state, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.ROLLOUT_CONFLICT);
  }

  @Test
  void oneTakenBackLeavesWhatServedBefore() {
    World world = serving(4);
    Set<InstanceId> before = world.state.instances().keySet();
    begin(world, 20, 4).described();
    settle(world);

    Decision decision = RolloutDecider.rollBack(world.state, world.now);
    decided(world, decision);
    settle(world);

    assertThat(decision.events()).singleElement().isInstanceOf(RolledBack.class);
    assertThat(world.state.rollout()).isEmpty();
    assertThat(world.state.instances().keySet()).isEqualTo(before);
    assertThat(world.state.previous()).isEmpty();
  }

  @Test
  void anotherShareHasOtherInstancesAndIsNoNewVersion() {
    World world = serving(4);
    begin(world, 20, 4).described();
    settle(world);
    long to = rollout(world).to();

    decided(world, change(world, canary(75, 4)));
    settle(world);
    assertThat(rollout(world).to()).isEqualTo(to);
    assertThat(of(world, to)).hasSize(3);
    assertThat(of(world, 1)).hasSize(2);

    decided(world, RolloutDecider.weigh(world.state, 10, world.now));
    settle(world);
    assertThat(of(world, to)).hasSize(1);
    assertThat(of(world, 1)).hasSize(4);
    assertThat(world.state.live().orElseThrow().spec()).isEqualTo(canary(10, 4));
    assertThat(RolloutDecider.weigh(world.state, 10, world.now).events()).isEmpty();
    assertThat(RolloutDecider.weigh(world.state, 101, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void declaredWithoutAShareItIsPromoted() {
    World world = serving(2);
    begin(world, 20, 2).described();
    settle(world);

    decided(world, change(world, aSpec().replicas(2).needingMemory(100).build()));

    assertThat(rollout(world).stage()).isEqualTo(Stage.ROLLING);
    assertThat(rollout(world).canary()).isEmpty();
  }

  @Test
  void withoutACanaryThereIsNothingToWeighOrPromote() {
    World world = World.aReady();

    assertThat(RolloutDecider.promote(world.state, world.now).refused().orElseThrow().message())
        .contains("no version of demo is a canary now");
    assertThat(RolloutDecider.weigh(world.state, 5, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.ROLLOUT_CONFLICT);
    ModelState none = ModelState.empty(world.state.name());
    assertThat(RolloutDecider.promote(none, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(RolloutDecider.weigh(none, 5, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void oneThatFailsIsGivenUp() {
    World world = serving(2);
    begin(world, 20, 2).described().look();
    InstanceId canary = of(world, rollout(world).to()).get(0).id();
    Reports report = Reports.of("m1").with(Reports.instance(canary, Phase.FAILED, 1));
    of(world, 1).forEach(one -> report.with(Reports.instance(one.id(), Phase.READY, 1)));

    assertThat(kinds(world.says(report).look())).containsExactly("InstanceEnded", "RolloutHalted");
    settle(world);

    assertThat(of(world, 1)).hasSize(2);
    assertThat(world.outlook().reason().orElseThrow()).contains("was given up");
  }

  @Test
  void oneThatIsNeverReadyIsGivenUpAtTheDeadline() {
    World world = serving(2);
    begin(world, 20, 2).described().look();
    Reports report = Reports.of("m1");
    world
        .state
        .instances()
        .values()
        .forEach(
            one ->
                report.with(
                    Reports.instance(
                        one.id(), one.revision() == 1 ? Phase.READY : Phase.STARTING, 1)));

    assertThat(world.says(report).later(Duration.ofMinutes(16)).look().events())
        .first()
        .isInstanceOfSatisfying(
            RolloutHalted.class, halt -> assertThat(halt.code()).isEqualTo(ErrorCode.TIMED_OUT));
  }

  @Test
  void oneWhoseMachineIsSilentForAMomentIsNotGivenUp() {
    World world = serving(2);
    begin(world, 20, 2).described();
    settle(world);
    world.later(Duration.ofDays(1)).look();

    assertThat(world.silent("m1", Duration.ofSeconds(5)).look().events()).isEmpty();
  }

  @Test
  void whatIsLostOfEitherIsPlacedAgainByItsOwnRecipe() {
    World world = serving(3);
    begin(world, 20, 3).described();
    settle(world);
    long to = rollout(world).to();
    world.later(Duration.ofDays(1));

    world.on(new InstanceLost(of(world, to).get(0).id(), M1, "it is gone", world.now));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.revision()).hasValue(to);
              assertThat(placed.claim().memoryMiB()).isEqualTo(100);
            });
    settle(world);
    world.on(new InstanceLost(of(world, 1).get(0).id(), M1, "it is gone", world.now));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.revision()).hasValue(1);
              assertThat(placed.claim().memoryMiB()).isEqualTo(512);
            });
    assertThat(rollout(world).stage()).isEqualTo(Stage.CANARY);
  }

  @Test
  void withoutRoomBesideAnIdleOneGivesItItsPlaceButNeverTheLastOne() {
    World two = serving(2);
    begin(two, 20, 2).described();
    full(two, 0);
    assertThat(two.look().events()).isEmpty();
    assertThat(two.later(Duration.ofSeconds(6)).look().events())
        .singleElement()
        .isInstanceOf(InstanceStopping.class);

    World one = serving(1);
    begin(one, 20, 1).described();
    full(one, 0);
    one.look();
    assertThat(one.later(Duration.ofMinutes(14)).look().events()).isEmpty();
    assertThat(one.outlook().reason().orElseThrow()).contains("the next one waits");
  }

  @Test
  void aBusyOneIsLeftToItsWork() {
    World world = serving(2);
    begin(world, 20, 2).described();
    full(world, 1);
    world.look();

    assertThat(world.later(Duration.ofSeconds(6)).look().events()).isEmpty();
  }

  @Test
  void aReplayedOneIsAsItWas() throws Exception {
    World world = serving(4);
    begin(world, 20, 4).described();
    settle(world);

    ModelState replayed = ModelStateCodec.decode(ModelStateCodec.encode(world.state));

    assertThat(replayed).isEqualTo(world.state);
  }

  @Test
  void afterAnUpdateWasCompletedTheVersionBeforeIsRolledOutAgain() {
    World world = serving(2);
    begin(world, 50, 2).described();
    settle(world);
    decided(world, RolloutDecider.promote(world.state, world.now));
    settle(world);

    Decision back = RolloutDecider.rollBack(world.state, world.now);
    decided(world, back);
    assertThat(back.events())
        .singleElement()
        .isInstanceOfSatisfying(
            RolloutBegun.class,
            begun -> {
              assertThat(begun.back()).hasValue(1);
              assertThat(begun.spec().policies().rollout().canary()).isEmpty();
              assertThat(begun.text()).contains("is rolled back to version 1");
            });
    assertThat(world.outlook().reason().orElseThrow()).contains(", which is version 1 again,");
    assertThat(RolloutDecider.rollBack(world.state, world.now).events())
        .as("asked for twice")
        .isEmpty();
    world.described();
    settle(world);

    ModelSpec now = world.state.live().orElseThrow().spec();
    assertThat(world.state.rollout()).isEmpty();
    assertThat(now.resources()).isEqualTo(aSpec().build().resources());
    assertThat(now.replicas()).isEqualTo(2);
    assertThat(world.state.previous()).isEmpty();
  }

  @Test
  void whatServedBeforeIsForgottenWithTheName() {
    World world = serving(1);
    begin(world, 50, 1).described();
    settle(world);
    decided(world, RolloutDecider.promote(world.state, world.now));
    settle(world);
    assertThat(world.state.recipes().byRevision()).containsOnlyKeys(1L);

    world.on(new DeploymentEvent.DeploymentRemoved(world.state.name(), world.now));

    assertThat(world.state.previous()).isEmpty();
    assertThat(world.state.recipes().byRevision()).isEmpty();
  }

  @Test
  void aRollBackThatWasGivenUpCanItselfBeTakenBack() {
    World world = serving(1);
    begin(world, 50, 1).described();
    settle(world);
    decided(world, RolloutDecider.promote(world.state, world.now));
    settle(world);
    decided(world, RolloutDecider.rollBack(world.state, world.now));
    world.on(
        new RolloutHalted(
            world.state.name(),
            rollout(world).to(),
            "it broke",
            ErrorCode.ENGINE_FAILED,
            world.now));

    assertThat(RolloutDecider.rollBack(world.state, world.now).events())
        .singleElement()
        .isInstanceOf(RolledBack.class);
  }

  @Test
  void anUpdateThatEndsWithoutAGapTellsNone() {
    World world = serving(2);
    begin(world, 50, 2).described();
    settle(world);
    decided(world, RolloutDecider.promote(world.state, world.now));
    List<ModelEvent> events = settle(world);

    assertThat(events)
        .filteredOn(RolloutCompleted.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(RolloutCompleted.class, done -> assertThat(done.gap()).isEmpty());
    assertThat(events).noneMatch(CanaryWeighed.class::isInstance);
  }

  /** So many of the first version are ready on m1. */
  private static World serving(int replicas) {
    World world = World.aDescribed(replicas);
    world.look();
    world.runsAll("m1", Phase.READY).look();
    return world;
  }

  /** The only one of the first version on m1, and its canary on m2, which has no room for that. */
  private static World drainable() {
    World world = World.aReady();
    world
        .says(
            Reports.of("m1")
                .memory(1_000, 950)
                .with(Reports.instance(world.only(), Phase.READY, 1)))
        .says(Reports.of("m2").memory(500, 0));
    begin(world, 50, 1).described().look();
    world.says(
        Reports.of("m2")
            .memory(500, 100)
            .with(Reports.instance(of(world, rollout(world).to()).get(0).id(), Phase.READY, 1)));
    world.look();
    return world;
  }

  private static void claim(World world, LeaseId lease) {
    Plan plan =
        TenancyDecider.claim(
            world.sight(),
            new Claim(
                lease,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                world.now,
                world.now));
    world.soft = plan.soft();
    world.state = world.state.on(plan.events());
  }

  private static ModelSpec canary(int percent, int replicas) {
    return aSpec()
        .replicas(replicas)
        .needingMemory(100)
        .build()
        .withPolicies(
            new Policies(
                Optional.empty(),
                new RolloutWish(Strategy.AUTO, 1, Optional.empty(), OptionalInt.of(percent))));
  }

  private static World begin(World world, int percent, int replicas) {
    Decision decision = change(world, canary(percent, replicas));
    assertThat(decision.events()).singleElement().isInstanceOf(RolloutBegun.class);
    return decided(world, decision);
  }

  private static Decision change(World world, ModelSpec next) {
    long seen = world.state.live().orElseThrow().version();
    return ModelDecider.deploy(world.state, next, Optional.of(seen), false, world.now);
  }

  private static World decided(World world, Decision decision) {
    decision.events().forEach(world::on);
    world.soft = world.soft.forRecipe();
    return world;
  }

  /** Time passes in which engines start and end as they should. */
  private static List<ModelEvent> settle(World world) {
    List<ModelEvent> events = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      Reports report = Reports.of("m1");
      world
          .state
          .instances()
          .values()
          .forEach(
              one ->
                  report.with(
                      Reports.instance(one.id(), one.stopping() ? Phase.ENDED : Phase.READY, 1)));
      events.addAll(world.later(Duration.ofSeconds(3)).says(report).look().events());
    }
    return events;
  }

  /** m1 has room for what it runs and no more; each instance works on so many requests. */
  private static void full(World world, int inFlight) {
    Reports report = Reports.of("m1").memory(1_000, 950);
    world
        .state
        .instances()
        .keySet()
        .forEach(id -> report.with(Reports.busy(Reports.instance(id, Phase.READY, 1), inFlight)));
    world.says(report);
  }

  private static Rollout rollout(World world) {
    return world.state.rollout().orElseThrow();
  }

  private static List<Instance> of(World world, long revision) {
    return world.state.instances().values().stream()
        .filter(instance -> instance.revision() == revision && !instance.stopping())
        .toList();
  }

  private static List<String> kinds(Plan plan) {
    return plan.events().stream().map(event -> event.getClass().getSimpleName()).toList();
  }
}
