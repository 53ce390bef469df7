package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.FailureKind;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.FitEvent.ClaimMeasured;
import io.remuda.registry.model.FitEvent.DoesNotFit;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starting a model's engines teaches about its need: of a model that is estimated at 512. */
class FitTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final long ESTIMATE = 512;

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 1.25, 2})
  void afterThreeStartsWithinTenPercent(double factor) {
    World world = World.aDescribed(1);
    long use = Math.round(ESTIMATE * factor);

    for (int start = 0; start < 3; start++) {
      world.look();
      says(world, use);
      world.look();
      world.on(new DeploymentScaled(world.state.name(), 0, world.now)).look();
      world.says(Reports.of("m1").running(world.only().toString(), Phase.ENDED)).look();
      world.on(new DeploymentScaled(world.state.name(), 1, world.now)).says(Reports.of("m1"));
    }

    assertThat((double) world.sight().need().claim().memoryMiB())
        .isCloseTo(use, withPercentage(10))
        .isGreaterThanOrEqualTo(use);
  }

  @Test
  void whatTellsNothingNewIsNotWrittenAgain() {
    World world = World.aDescribed(1);
    world.look();
    says(world, 900);
    assertThat(world.look().events()).hasAtLeastOneElementOfType(ClaimMeasured.class);

    assertThat(world.look().events()).isEmpty();
    says(world, 920);
    assertThat(world.look().events()).isEmpty();
    says(world, 400);
    assertThat(world.look().events()).as("of the same engine").isEmpty();
  }

  @Test
  void twoInstancesThatDifferDoNotWriteForEver() {
    World world = World.aDescribed(2);
    world.look();
    List<InstanceId> two = world.instances();
    world.says(Reports.of("m1").with(using(two.get(0), 2_000)).with(using(two.get(1), 1_000)));

    world.look();
    world.look();

    assertThat(world.look().events()).isEmpty();
    assertThat(world.sight().need().claim().memoryMiB()).isGreaterThanOrEqualTo(2_000);
  }

  @Test
  void whatAnOperatorDeclaredIsClaimedAtLeast() {
    Resources declared = new Resources(0, 1_000, 0, 0);
    World world =
        new World()
            .declared(Specs.aSpec().needing(declared).build())
            .described()
            .says(Reports.of("m1"));
    world.look();

    says(world, 500);
    world.look();
    assertThat(world.sight().need().claim()).isEqualTo(declared);

    says(world, 2_000);
    world.look();
    assertThat(world.sight().need().claim().memoryMiB()).isEqualTo(2_100);
  }

  @Test
  void whereItRanOutOfMemoryItIsNotPlacedAgainAndOtherMachinesAreTriedAtOnce() {
    World world = World.aDescribed(1).says(Reports.of("m1"));
    world.look();
    outOfMemory(world);

    Plan plan = world.look();

    assertThat(plan.events()).hasAtLeastOneElementOfType(DoesNotFit.class);
    assertThat(world.state.failures().count()).isZero();
    assertThat(world.instances()).isEmpty();
    Verdict verdict = Outlook.verdicts(world.sight()).get(0);
    assertThat(verdict.predicate()).isEqualTo("does-not-fit");
    assertThat(verdict.everFits()).isFalse();
    assertThat(verdict.text())
        .contains("promised 0 MiB of GPU memory and 512 MiB of memory")
        .contains("`remuda machines retry m1 demo`");

    world.says(Reports.of("m2")).look();
    assertThat(world.state.instances().values())
        .extracting(Instance::machine)
        .containsExactly(new MachineId("m2"));
  }

  @Test
  void aRetryALargerMachineOrAnotherRecipeMakesItWorthAnotherTry() {
    World world = World.aDescribed(1);
    world.look();
    outOfMemory(world);
    world.look();
    ModelState unfit = world.state;

    Decision retry = FitDecider.retry(unfit, M1, world.now);
    assertThat(FitDecider.retry(unfit.on(retry.events()), M1, world.now).events()).isEmpty();
    assertThat(FitDecider.unfit(unfit, world.fleet())).containsOnlyKeys(M1);
    assertThat(FitDecider.unfit(unfit.on(retry.events()), world.fleet())).isEmpty();

    ModelState changed =
        unfit.on(new DeploymentChanged(Specs.aSpec().needingMemory(700).build(), world.now));
    assertThat(FitDecider.unfit(changed, world.fleet())).isEmpty();

    world.says(Reports.of("m1").memory(32_000, 0));
    assertThat(FitDecider.unfit(unfit, world.fleet())).isEmpty();
  }

  private static void says(World world, long memoryMiB) {
    world.says(Reports.of("m1").with(using(world.only(), memoryMiB)));
  }

  private static InstanceReport using(InstanceId id, long memoryMiB) {
    return Reports.instance(id, Phase.READY, 1)
        .withMeasured(Optional.of(new Resources(0, memoryMiB, 0, 0)));
  }

  private static void outOfMemory(World world) {
    InstanceReport failed = Reports.instance(world.only(), Phase.FAILED, 1);
    world.says(Reports.of("m1").with(Reports.failed(failed, FailureKind.OUT_OF_MEMORY)));
  }
}
