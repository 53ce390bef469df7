package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.FailureKind;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.placement.Scheduler;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Updates of names whose next recipe does not fit, that are short of room, or that are stopped. */
class RolloutAndFitTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final ModelSpec NEXT = aSpec().needingMemory(100).build();

  private final World world = World.aReady();
  private final InstanceId old = world.only();

  @Test
  void whereTheNextRecipeRanOutOfMemoryTheOldOneMayReturn() {
    rolling();
    outOfMemory(newest());
    world.look();
    world.look();
    assertThat(world.state.rollout().orElseThrow().goal()).isEqualTo(1);

    world.says(Reports.of("m1").with(Reports.instance(old, Phase.FAILED, 1))).look();
    world.says(Reports.of("m1")).later(Duration.ofMinutes(2)).look();

    assertThat(world.state.instances().values())
        .filteredOn(instance -> !instance.stopping())
        .singleElement()
        .satisfies(back -> assertThat(back.revision()).isEqualTo(1));
  }

  @Test
  void whereTheOldRecipeRunsOutOfMemoryAfterAHaltItIsNotStartedForEver() {
    rolling();
    world.on(halted());
    world.says(Reports.of("m1"));
    InstanceReport failed = Reports.instance(old, Phase.FAILED, 1);
    world.says(Reports.of("m1").with(Reports.failed(failed, FailureKind.OUT_OF_MEMORY))).look();

    world.says(Reports.of("m1")).later(Duration.ofMinutes(2)).look();

    assertThat(world.instances()).doesNotContain(old);
    assertThat(Outlook.verdicts(world.sight()).get(0).predicate()).isEqualTo("does-not-fit");
  }

  @Test
  void nothingMakesRoomForARecipeThatRanOutOfMemoryThere() {
    rolling();
    Resources freed = requireNonNull(world.state.instances().get(old)).claim();
    assertThat(Scheduler.fitsInstead(world.fleet(), world.sight().need(), M1, freed)).isTrue();

    outOfMemory(newest());
    world.look();
    ModelState again = world.state.on(new RolloutBegun(NEXT, world.now));

    assertThat(again.goal()).isNotEqualTo(1);
    Sight sight = world.sight().with(unfitFor(again), world.soft);
    assertThat(Scheduler.fitsInstead(world.fleet(), sight.need(), M1, freed)).isFalse();
  }

  @Test
  void whatHasNoRoomForAllThatAreWantedIsCompleteWithThoseThatFit() {
    assertThat(isComplete(3, true, false, false, false)).isTrue();
    assertThat(isComplete(0, true, false, false, false)).isFalse();
    assertThat(isComplete(3, false, false, false, false)).as("one starts").isFalse();
    assertThat(isComplete(3, true, true, false, false)).as("there is room").isFalse();
    assertThat(isComplete(3, true, false, true, false)).as("too large for one").isFalse();
    assertThat(isComplete(3, true, false, false, true)).as("for a moment").isFalse();
  }

  @Test
  void oneThatIsStoppedMeanwhileIsNeitherGivenUpNorMadeFinal() {
    rolling();
    world.on(new DeploymentScaled(world.state.name(), 0, world.now)).look();
    for (InstanceId id : world.instances()) {
      world.on(new InstanceEvent.InstanceEnded(id, false, "stopped", world.now));
    }

    assertThat(world.says(Reports.of("m1")).later(Duration.ofMinutes(20)).look().events())
        .isEmpty();
    world.on(new DeploymentScaled(world.state.name(), 1, world.now));

    assertThat(world.look().events()).singleElement().isInstanceOf(InstanceAssigned.class);
    assertThat(world.state.rollout().orElseThrow().goal()).isNotEqualTo(1);
  }

  @Test
  void oneThatComesBackIsDoneWhenItIsStopped() {
    rolling();
    world.on(new RolledBack(world.state.name(), 1, "an operator rolled it back", world.now));
    world.on(new DeploymentScaled(world.state.name(), 0, world.now)).look();
    for (InstanceId id : world.instances()) {
      world.on(new InstanceEvent.InstanceEnded(id, false, "stopped", world.now));
    }

    assertThat(world.says(Reports.of("m1")).look().events())
        .singleElement()
        .isInstanceOf(RolloutCompleted.class);
  }

  @Test
  void oneThatWasGivenUpIsTriedAgainByAnotherStrategy() {
    rolling();
    world.on(halted());
    long seen = world.state.live().orElseThrow().version();
    RolloutWish idle = new RolloutWish(Strategy.RECREATE_WHEN_IDLE, 1, Optional.empty());
    ModelSpec otherwise = NEXT.withPolicies(new Policies(Optional.empty(), idle));

    assertThat(deploy(otherwise, seen).events()).singleElement().isInstanceOf(RolloutBegun.class);
    assertThat(deploy(NEXT.withReplicas(2), seen).events())
        .singleElement()
        .isInstanceOf(DeploymentChanged.class);
  }

  @Test
  void aChangeThatIsSentTwiceIsNotTriedAgain() {
    long seen = world.state.live().orElseThrow().version();
    rolling();
    world.on(halted());

    assertThat(deploy(NEXT, seen).events()).isEmpty();
    assertThat(deploy(NEXT, seen).refused()).isEmpty();
  }

  @Test
  void whatIsKnownOfRecipesThatRunIsKept() {
    Fit fit = Fit.NONE;
    for (long revision = 1; revision <= 6; revision++) {
      fit = fit.with(revision, new Fit.Measured(new Resources(0, 10 * revision, 0, 0), 1, 1));
    }

    assertThat(fit.only(Set.of(1L)).measured()).containsOnlyKeys(1L, 5L, 6L);
    assertThat(fit.only(Set.of(1L, 2L, 3L, 4L)).measured()).containsOnlyKeys(1L, 2L, 3L, 4L);
  }

  /** Of 5 that are wanted. */
  private static boolean isComplete(
      int placed, boolean ready, boolean room, boolean unfit, boolean patient) {
    List<RolloutPolicy.Part> next = new ArrayList<>();
    for (int i = 1; i <= placed; i++) {
      next.add(new RolloutPolicy.Part(InstanceId.of("demo-" + i), ready, true, false, false));
    }
    return RolloutPolicy.next(
            new RolloutPolicy.Scene(
                5, 1, Strategy.AUTO, false, next, List.of(), false, room, unfit, patient, true))
        .complete();
  }

  private ModelState unfitFor(ModelState state) {
    Fit.Unfit one = requireNonNull(state.fit().unfit().get(M1));
    return state.with(
        state
            .fit()
            .with(
                M1,
                new Fit.Unfit(
                    state.goal(),
                    one.claim(),
                    one.memoryTotalMiB(),
                    one.gpuTotalMiB(),
                    one.reason())));
  }

  private void rolling() {
    Decision decision = deploy(NEXT, world.state.live().orElseThrow().version());
    decision.events().forEach(world::on);
    world.soft = world.soft.forRecipe();
    world.described().look();
  }

  private Decision deploy(ModelSpec spec, long seen) {
    return ModelDecider.deploy(world.state, spec, Optional.of(seen), false, world.now);
  }

  private RolloutHalted halted() {
    return new RolloutHalted(
        world.state.name(),
        world.state.rollout().orElseThrow().to(),
        "it broke",
        ErrorCode.ENGINE_FAILED,
        world.now);
  }

  private InstanceId newest() {
    return world.instances().get(world.instances().size() - 1);
  }

  private void outOfMemory(InstanceId id) {
    InstanceReport failed = Reports.instance(id, Phase.FAILED, 1);
    world.says(
        Reports.of("m1")
            .with(Reports.instance(old, Phase.READY, 1))
            .with(Reports.failed(failed, FailureKind.OUT_OF_MEMORY)));
  }
}
