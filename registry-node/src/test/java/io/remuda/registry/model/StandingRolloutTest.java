package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * While a rollout that was given up stands, or a canary waits for somebody's word, what is missing
 * of the version that serves is missed as it is without one. Each instance of demo's first version
 * has all of a machine, one of its second a quarter; chat-3, which is less dear, has all of m3.
 */
class StandingRolloutTest {

  private static final Duration IDLE = World.POLICY.evict().idle();
  private static final Duration PATIENCE = World.POLICY.rollout().roomPatience();
  private static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  private static final Resources ALL = new Resources(0, 8_000, 0, 0);
  private static final Resources QUARTER = new Resources(0, 2_000, 0, 0);
  private static final MachineId M3 = new MachineId("m3");

  @Test
  void roomIsMadeForWhatARolloutThatWasGivenUpLeftMissing() {
    World world = lost(halted());
    world.later(Duration.ofHours(1));

    assertThat(asked(world.look())).containsExactly(CHAT_3);

    world.soft = world.soft.with(world.soft.evictions().goes(CHAT_3));
    world.says(Reports.of("m3").memory(8_000, 0));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.machine()).isEqualTo(M3);
              assertThat(placed.revision()).hasValue(1);
            });
  }

  @Test
  void whatARolloutThatWasGivenUpLeftMissingIsWrittenOnce() {
    World world = lost(halted());
    world.keeps = Map.of(CHAT_3.model(), new Keep(true, 0));

    world.look();
    Plan plan = world.later(PATIENCE).look();

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            FoundNoPlace.class,
            found -> {
              assertThat(found.missing()).isEqualTo(1);
              assertThat(found.wanted()).isEqualTo(2);
            });
    assertThat(world.later(Duration.ofHours(1)).look().events()).isEmpty();
  }

  @Test
  void aRolloutThatGoesOnSaysItselfWhatItWaitsFor() {
    World world = lost(rolling());
    world.keeps = Map.of(CHAT_3.model(), new Keep(true, 0));

    world.look();

    assertThat(world.later(PATIENCE).look().events()).noneMatch(FoundNoPlace.class::isInstance);
  }

  @Test
  void roomIsMadeForWhatServesBesideACanaryAndByItsOwnRecipe() {
    World world = lost(canary());

    assertThat(asked(world.look())).containsExactly(CHAT_3);

    world.soft = world.soft.with(world.soft.evictions().goes(CHAT_3));
    world.says(Reports.of("m3").memory(8_000, 0));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            placed -> {
              assertThat(placed.machine()).isEqualTo(M3);
              assertThat(placed.revision()).hasValue(1);
            });
    assertThat(stage(world)).isEqualTo(Stage.CANARY);
  }

  @Test
  void whatIsMissingBesideACanaryIsWrittenAndSaid() {
    World world = lost(canary());
    world.keeps = Map.of(CHAT_3.model(), new Keep(true, 0));

    world.look();
    Plan plan = world.later(PATIENCE).look();

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            FoundNoPlace.class,
            found -> {
              assertThat(found.missing()).isEqualTo(1);
              assertThat(found.weighed())
                  .extracting(Verdict::text)
                  .allMatch(of -> of.contains("8000"));
            });
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().reason().orElseThrow())
        .contains("is a canary", "1 of version 1 not placed: needs 8000 MiB")
        .doesNotContain("of 2 not placed");
    assertThat(MakeRoom.verdicts(world.sight()))
        .extracting(Verdict::text)
        .anyMatch(text -> text.endsWith("in place of chat-3: pinned"));
  }

  @Test
  void aCanaryThatIsWholeAsksNobodyAndIsWell() {
    World world = canary();

    assertThat(asked(world.look())).isEmpty();
    assertThat(world.later(PATIENCE).look().events()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.READY);
  }

  /**
   * Two of the first version serve on m1 and m2, where there is room for one of the second each.
   */
  private static World serving(Optional<Integer> canary) {
    World world =
        new World()
            .declared(spec(ALL, Optional.empty()))
            .described()
            .says(Reports.of("m1").memory(10_000, 0))
            .says(Reports.of("m2").memory(10_000, 0));
    world.look();
    hear(world, 0);
    world.look();
    world.keeps = Map.of(CHAT_3.model(), Keep.DEFAULT);
    world.says(Reports.of("m3").memory(8_000, 8_000).with(report(CHAT_3, ALL)));
    world.on(new RolloutBegun(spec(QUARTER, canary), world.now));
    return world.described();
  }

  private static World rolling() {
    return serving(Optional.empty());
  }

  private static World halted() {
    World world = rolling();
    return world.on(
        new RolloutHalted(
            world.state.name(),
            world.state.rollout().orElseThrow().to(),
            "it broke",
            ErrorCode.ENGINE_FAILED,
            world.now));
  }

  /** Two are wanted, and one of them is to be of the second version. */
  private static World canary() {
    World world = serving(Optional.of(50));
    world.look();
    hear(world, 0);
    world.look();
    return world;
  }

  /** Of the first version one is left, beside a canary none, and strangers have their room. */
  private static World lost(World world) {
    boolean canary = stage(world) == Stage.CANARY;
    List<Instance> gone =
        world.state.instances().values().stream()
            .filter(one -> one.revision() == 1)
            .skip(canary ? 0 : 1)
            .toList();
    gone.forEach(
        one -> world.on(new InstanceEnded(one.id(), false, "its engine ended", world.now)));
    hear(world, 9_000);
    return world;
  }

  private static ModelSpec spec(Resources claim, Optional<Integer> canary) {
    return aSpec()
        .replicas(2)
        .needing(claim)
        .build()
        .withPolicies(
            new Policies(
                Optional.empty(),
                new RolloutWish(
                    Strategy.SURGE,
                    1,
                    Optional.empty(),
                    canary.map(OptionalInt::of).orElseGet(OptionalInt::empty)),
                new Keep(false, 3),
                Set.of()));
  }

  /** m1 and m2 run what is assigned to them; with what others have, {@code least} is taken. */
  private static void hear(World world, long least) {
    for (String machine : List.of("m1", "m2")) {
      List<Instance> there =
          world.state.instances().values().stream()
              .filter(one -> one.machine().value().equals(machine) && !one.stopping())
              .toList();
      long taken = there.stream().mapToLong(one -> one.claim().memoryMiB()).sum();
      Reports report = Reports.of(machine).memory(10_000, Math.max(least, taken));
      there.forEach(one -> report.with(report(one.id(), one.claim())));
      world.says(report);
    }
  }

  private static InstanceReport report(InstanceId id, Resources claim) {
    return Reports.claiming(Reports.serving(id, 0, IDLE), claim);
  }

  private static Stage stage(World world) {
    return world.state.rollout().orElseThrow().stage();
  }

  private static List<InstanceId> asked(Plan plan) {
    return plan.actions().stream()
        .filter(Action.AskToGiveWay.class::isInstance)
        .flatMap(action -> ((Action.AskToGiveWay) action).ids().stream())
        .toList();
  }
}
