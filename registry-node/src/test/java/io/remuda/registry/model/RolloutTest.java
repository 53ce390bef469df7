package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An update as the owner of a name goes through it, and what comes of one that fails. */
class RolloutTest {

  private static final ModelSpec NEXT = aSpec().needingMemory(100).build();

  @Test
  void whatServesIsStoppedWhenTheNextOneIsReadyAndNotBefore() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT);

    world.described();
    assertThat(kinds(world.look())).containsExactly("InstanceAssigned");
    world.runsAll("m1", Phase.STARTING);
    ready(world, old);
    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().ready()).isEqualTo(1);
    assertThat(world.outlook().reason().orElseThrow())
        .contains("is rolled out: 0 of 1 ready, 1 of what it replaces");

    world.runsAll("m1", Phase.READY);

    assertThat(kinds(world.look())).containsExactly("InstanceReady", "InstanceStopping");
    assertThat(isStopping(world, old)).isTrue();
    assertThat(kinds(world.look())).containsExactly("RolloutCompleted");
    assertThat(world.state.rollout()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  @Test
  void anUpdateOfANameThatServesNobodyIsNoRollout() {
    World world = World.aDescribed(1);
    world.look();

    Decision decision = change(world, NEXT);

    assertThat(decision.events()).singleElement().isInstanceOf(DeploymentChanged.class);
  }

  @Test
  void oneThatFailsIsGivenUpAndTheOldOneServesOn() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();
    InstanceId failed = newest(world);
    world.says(
        Reports.of("m1")
            .with(Reports.instance(old, Phase.READY, 1))
            .with(Reports.instance(failed, Phase.FAILED, 1)));

    Plan plan = world.look();

    assertThat(kinds(plan)).containsExactly("InstanceEnded", "RolloutHalted");
    assertThat(world.state.instances()).containsOnlyKeys(old);
    assertThat(isStopping(world, old)).isFalse();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().reason().orElseThrow())
        .contains("was given up and version 1 serves on", "it broke", "remuda rollout rollback");
    world.runsAll("m1", Phase.READY);
    assertThat(world.later(Duration.ofHours(1)).look().events()).isEmpty();
  }

  @Test
  void afterItWasGivenUpALostInstanceIsPlacedByTheOldRecipe() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();
    world.on(halted(world, "it broke"));
    world.says(Reports.of("m1").with(Reports.instance(old, Phase.FAILED, 1)));

    world.look();
    world.says(Reports.of("m1")).later(Duration.ofMinutes(2)).look();

    List<Instance> all = List.copyOf(world.state.instances().values());
    assertThat(all)
        .filteredOn(i -> !i.stopping())
        .singleElement()
        .satisfies(
            placed -> {
              assertThat(placed.revision()).isEqualTo(1);
              assertThat(placed.claim().memoryMiB()).isEqualTo(512);
              assertThat(world.state.recipe(placed.revision()).orElseThrow().declared())
                  .isEqualTo(aSpec().build());
            });
  }

  @Test
  void oneThatIsNotReadyInTimeIsGivenUp() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();

    world.later(Duration.ofMinutes(16)).runsAll("m1", Phase.STARTING);
    ready(world, old);

    assertThat(world.look().events())
        .first()
        .isInstanceOfSatisfying(
            RolloutHalted.class, halt -> assertThat(halt.code()).isEqualTo(ErrorCode.TIMED_OUT));
    assertThat(isStopping(world, old)).isFalse();
  }

  @Test
  void oneThatNoMachineCanEverHoldIsGivenUpAndSaysWhy() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, aSpec().needingMemory(1_000_000).build()).described();

    Plan plan = world.look();

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            RolloutHalted.class,
            halt -> {
              assertThat(halt.code()).isEqualTo(ErrorCode.CANNOT_BE_PLACED);
              assertThat(halt.reason()).contains("needs 1000000 MiB of memory");
            });
    assertThat(isStopping(world, old)).isFalse();
  }

  @Test
  void withoutRoomForBothOneGoesFirstWhenItIsIdleAndTheNextOneWouldFitThen() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, aSpec().needingMemory(600).build()).described();
    Reports full = Reports.of("m1").memory(1_000, 500);

    world.says(full.with(claiming(old, 3)));
    assertThat(world.look().events()).isEmpty();
    world.later(Duration.ofSeconds(6));
    assertThat(world.look().events()).isEmpty();
    world.says(Reports.of("m1").memory(1_000, 500).with(claiming(old, 0)));

    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceStopping.class, stop -> assertThat(stop.id()).isEqualTo(old));
  }

  @Test
  void aMomentWithoutRoomStopsNobody() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, aSpec().needingMemory(600).build()).described();

    world.says(Reports.of("m1").memory(1_000, 500).with(claiming(old, 0)));
    assertThat(world.look().events()).isEmpty();
    world.later(Duration.ofSeconds(4)).says(Reports.of("m1").with(claiming(old, 0)));

    assertThat(kinds(world.look())).containsExactly("InstanceAssigned");
    assertThat(isStopping(world, old)).isFalse();
  }

  @Test
  void aNewInstanceThatWasReadyAndIsLostGivesItsRolloutNewTime() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY).look();
    begin(world, aSpec().replicas(2).needingMemory(100).build()).described().look();
    world.later(Duration.ofMinutes(14)).runsAll("m1", Phase.READY).look();
    InstanceId next = newestOf(world, world.state.rollout().orElseThrow().to());

    world.on(new InstanceLost(next, new MachineId("m1"), "it is gone", world.now));
    world.later(Duration.ofMinutes(2)).runsAll("m1", Phase.STARTING);

    assertThat(kinds(world.look())).doesNotContain("RolloutHalted");
    assertThat(kinds(world.later(Duration.ofMinutes(16)).look())).contains("RolloutHalted");
  }

  @Test
  void anOldOneThatIsLostBeforeTheNewModelIsDescribedIsPlacedAgain() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT);
    world.on(new InstanceLost(old, new MachineId("m1"), "it is gone", world.now));

    Plan plan = world.says(Reports.of("m1")).look();

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.revision()).hasValue(1);
              assertThat(placed.claim().memoryMiB()).isEqualTo(512);
            });
    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void howLongNobodyTookRequestsIsToldInTheEnd() {
    World world = World.aReady();
    RolloutWish recreate = new RolloutWish(Strategy.RECREATE, 1, Optional.empty());
    begin(world, NEXT.withPolicies(new Policies(Optional.empty(), recreate))).described().look();
    world.runsAll("m1", Phase.ENDED).later(Duration.ofSeconds(2)).look();
    world.says(Reports.of("m1")).later(Duration.ofSeconds(2)).look();

    Plan plan = world.runsAll("m1", Phase.READY).later(Duration.ofSeconds(3)).look();

    assertThat(plan.events())
        .last()
        .isInstanceOfSatisfying(
            RolloutCompleted.class,
            done -> {
              assertThat(done.gap()).hasValue(Duration.ofSeconds(7));
              assertThat(done.text()).contains("for 7.000 s nobody took requests");
            });
  }

  @Test
  void threeVersionsInARowLeaveTwoRecipes() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();
    InstanceId second = newest(world);

    begin(world, aSpec().needingMemory(200).build()).described();

    assertThat(world.state.rollout().orElseThrow().from()).isEqualTo(1);
    world.runsAll("m1", Phase.STARTING);
    ready(world, old);
    for (int i = 0; i < 5; i++) {
      world.look();
      world.later(Duration.ofSeconds(3));
    }
    assertThat(isStopping(world, second)).isTrue();
    assertThat(isStopping(world, old)).isFalse();
  }

  @Test
  void rolledBackTheOldRecipeIsDeclaredAgainAndItsInstancesStay() {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();
    InstanceId next = newest(world);

    Decision back = RolloutDecider.rollBack(world.state, world.now);
    back.events().forEach(world::on);

    assertThat(back.events()).singleElement().isInstanceOf(RolledBack.class);
    assertThat(world.state.live().orElseThrow().spec()).isEqualTo(aSpec().build());
    assertThat(world.state.live().orElseThrow().revision()).isEqualTo(1);
    assertThat(world.state.currentFile()).isPresent();
    world.look();
    assertThat(isStopping(world, next)).isTrue();
    assertThat(isStopping(world, old)).isFalse();
    assertThat(kinds(world.look())).containsExactly("RolloutCompleted");
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
    assertThat(RolloutDecider.rollBack(world.state, world.now).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.ROLLOUT_CONFLICT);
  }

  @Test
  void aRollBackThatIsAskedForAgainWhenItIsOverIsNotUndone() {
    World world = World.aReady();
    begin(world, NEXT).described();
    complete(world);
    rollBack(world).described();
    complete(world);

    Decision again = RolloutDecider.rollBack(world.state, world.now);

    assertThat(again.events()).isEmpty();
    assertThat(again.refused().orElseThrow().code()).isEqualTo(ErrorCode.ROLLOUT_CONFLICT);
    assertThat(world.state.live().orElseThrow().spec().resources())
        .isEqualTo(aSpec().build().resources());
  }

  @Test
  void whatTookTheRollBackOfALaterVersionIsNotRolledBackItself() {
    World world = World.aReady();
    begin(world, NEXT).described();
    complete(world);
    begin(world, aSpec().needingMemory(200).build()).described().look();
    rollBack(world);
    complete(world);

    Decision again = RolloutDecider.rollBack(world.state, world.now);

    assertThat(again.events()).isEmpty();
    assertThat(again.refused().orElseThrow().code()).isEqualTo(ErrorCode.ROLLOUT_CONFLICT);
    assertThat(world.state.live().orElseThrow().spec().resources()).isEqualTo(NEXT.resources());
  }

  private static World rollBack(World world) {
    Decision back = RolloutDecider.rollBack(world.state, world.now);
    assertThat(back.events()).hasSize(1);
    back.events().forEach(world::on);
    world.soft = world.soft.forRecipe();
    return world;
  }

  /** Time passes in which engines start and end as they should, until all are of one version. */
  private static void complete(World world) {
    for (int i = 0; i < 10; i++) {
      Reports report = Reports.of("m1");
      world.state.instances().values().stream()
          .map(one -> Reports.instance(one.id(), one.stopping() ? Phase.ENDED : Phase.READY, 1))
          .forEach(report::with);
      world.later(Duration.ofSeconds(3)).says(report).look();
    }
    assertThat(world.state.rollout()).isEmpty();
  }

  @Test
  void theOldSpecificationDeclaredAgainIsARollBack() {
    World world = World.aReady();
    begin(world, NEXT).described().look();

    Decision back = change(world, aSpec().replicas(2).build());

    assertThat(back.events()).first().isInstanceOf(RolledBack.class);
    back.events().forEach(world::on);
    assertThat(world.state.live().orElseThrow().spec()).isEqualTo(aSpec().replicas(2).build());
    assertThat(world.state.live().orElseThrow().revision()).isEqualTo(1);
    assertThat(world.state.rollout().orElseThrow().stage()).isEqualTo(Stage.RETURNING);
  }

  @Test
  void oneThatWasGivenUpIsTriedAgainWhenItIsDeclaredAgain() {
    World world = World.aReady();
    begin(world, NEXT).described().look();
    world.on(halted(world, "it broke"));

    Decision again = change(world, NEXT);

    assertThat(again.events()).singleElement().isInstanceOf(RolloutBegun.class);
    again.events().forEach(world::on);
    assertThat(world.state.rollout().orElseThrow().stage()).isEqualTo(Stage.ROLLING);
    assertThat(world.state.rollout().orElseThrow().from()).isEqualTo(1);
  }

  @Test
  void aReplayedRolloutGoesOnWhereItWas() throws Exception {
    World world = World.aReady();
    InstanceId old = world.only();
    begin(world, NEXT).described().look();

    world.state = ModelStateCodec.decode(ModelStateCodec.encode(world.state));
    world.soft = SoftState.EMPTY;
    world.runsAll("m1", Phase.READY);
    world.look();

    assertThat(isStopping(world, old)).isTrue();
    assertThat(world.look().events()).anyMatch(RolloutCompleted.class::isInstance);
  }

  @Test
  void aPlacementInARolloutIsOfTheNextRecipe() {
    World world = World.aReady();

    Plan plan = begin(world, NEXT).described().look();

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.revision()).hasValue(world.state.rollout().orElseThrow().to());
              assertThat(placed.claim().memoryMiB()).isEqualTo(100);
            });
  }

  private static World begin(World world, ModelSpec next) {
    Decision decision = change(world, next);
    assertThat(decision.events()).singleElement().isInstanceOf(RolloutBegun.class);
    decision.events().forEach(world::on);
    world.soft = world.soft.forRecipe();
    return world;
  }

  private static Decision change(World world, ModelSpec next) {
    long seen = world.state.live().orElseThrow().version();
    return ModelDecider.deploy(world.state, next, Optional.of(seen), false, world.now);
  }

  private static RolloutHalted halted(World world, String why) {
    return new RolloutHalted(
        world.state.name(),
        world.state.rollout().orElseThrow().to(),
        why,
        ErrorCode.ENGINE_FAILED,
        world.now);
  }

  /** All of m1 start but this one, which serves. */
  private static void ready(World world, InstanceId old) {
    Reports report = Reports.of("m1");
    world.state.instances().keySet().stream()
        .map(id -> Reports.instance(id, id.equals(old) ? Phase.READY : Phase.STARTING, 1))
        .forEach(report::with);
    world.says(report);
  }

  private static boolean isStopping(World world, InstanceId id) {
    return world.state.instances().values().stream()
        .anyMatch(instance -> instance.id().equals(id) && instance.stopping());
  }

  private static InstanceId newest(World world) {
    return world.instances().get(world.instances().size() - 1);
  }

  private static InstanceId newestOf(World world, long revision) {
    return world.state.instances().values().stream()
        .filter(instance -> instance.revision() == revision)
        .map(Instance::id)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static io.remuda.protocol.model.InstanceReport claiming(InstanceId id, int inFlight) {
    return Reports.busy(Reports.instance(id, Phase.READY, 1), inFlight);
  }

  private static List<String> kinds(Plan plan) {
    return plan.events().stream().map(event -> event.getClass().getSimpleName()).toList();
  }
}
