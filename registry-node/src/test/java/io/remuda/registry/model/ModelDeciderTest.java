package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.testing.Specs;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelDeciderTest {

  private static final Instant AT = Instant.ofEpochMilli(1000);
  private static final ModelState NOTHING = ModelState.empty(new ModelName("demo"));

  @Test
  void takesANewName() {
    Decision decision = ModelDecider.deploy(NOTHING, aSpec().build(), Optional.empty(), false, AT);

    assertThat(decision.events()).containsExactly(new DeploymentDeclared(aSpec().build(), AT));
  }

  @Test
  void writesNothingForTheSameSpecificationAgain() {
    Decision decision = deploy(declared(aSpec()), aSpec(), Optional.empty());

    assertThat(decision.refused()).isEmpty();
    assertThat(decision.events()).isEmpty();
  }

  @Test
  void refusesAnotherSpecificationWithoutAVersionAndNamesWhatDiffers() {
    Decision decision = deploy(declared(aSpec()), aSpec().replicas(2), Optional.empty());

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(decision.refused().orElseThrow().message()).contains("replicas", "If-Match: 1");
  }

  @Test
  void changesTheSpecificationForACallerWhoNamesItsVersion() {
    Decision decision = deploy(declared(aSpec()), aSpec().replicas(2), Optional.of(1L));

    assertThat(decision.events())
        .containsExactly(new DeploymentChanged(aSpec().replicas(2).build(), AT));
  }

  @Test
  void refusesAStaleVersion() {
    Decision decision = deploy(declared(aSpec()), aSpec().replicas(2), Optional.of(0L));

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.STALE_VERSION);
  }

  @Test
  void refusesAVersionOfWhatIsNotThere() {
    Decision decision = deploy(NOTHING, aSpec(), Optional.of(3L));

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.STALE_VERSION);
  }

  @Test
  void refusesTheSameNameWithAnotherSchemaWhateverTheVersion() {
    ModelState state = declared(aSpec().withSchema("a"));

    Decision decision = deploy(state, aSpec().withSchema("b"), Optional.of(1L));

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
  }

  @Test
  void refusesASchemaOtherThanTheOneThatAMachineFound() {
    World world = new World().declared(aSpec().build());
    ModelState state =
        world.state.on(
            new DeploymentEvent.ModelDescribed(
                new ModelName("demo"),
                new io.remuda.protocol.id.MachineId("m1"),
                new io.remuda.protocol.model.ModelFile(
                    1,
                    "d",
                    io.remuda.protocol.model.Resources.NONE,
                    true,
                    aSpec().withSchema("found").build().schema(),
                    ""),
                AT));

    Decision decision = deploy(state, aSpec().withSchema("other"), Optional.of(1L));

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
  }

  @Test
  void aRemovedNameMayStandForAnotherSchemaAndItsNumbersGoOnRising() {
    ModelState removed =
        declared(aSpec().withSchema("a")).on(new DeploymentRemoved(new ModelName("demo"), AT));

    Decision decision = deploy(removed, aSpec().withSchema("b"), Optional.empty());

    assertThat(decision.refused()).isEmpty();
    assertThat(removed.on(decision.events()).live().orElseThrow().version()).isEqualTo(3);
  }

  @Test
  void scalesAndSaysNothingTwice() {
    ModelState state = declared(aSpec());

    Decision first = ModelDecider.scale(state, 3, AT);
    Decision second = ModelDecider.scale(state.on(first.events()), 3, AT);

    assertThat(first.events()).containsExactly(new DeploymentScaled(new ModelName("demo"), 3, AT));
    assertThat(second.events()).isEmpty();
    assertThat(second.refused()).isEmpty();
  }

  @Test
  void refusesToScaleOutOfRange() {
    assertThat(ModelDecider.scale(declared(aSpec()), -1, AT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(
            ModelDecider.scale(declared(aSpec()), ModelSpec.MAX_REPLICAS + 1, AT)
                .refused()
                .orElseThrow()
                .code())
        .isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void knowsNothingOfANameThatIsNotDeclared() {
    assertThat(ModelDecider.scale(NOTHING, 1, AT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(ModelDecider.remove(NOTHING, AT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void scalingKeepsTheRecipeAndAnotherEngineDoesNot() {
    ModelState state = declared(aSpec());
    long recipe = state.live().orElseThrow().revision();

    ModelState scaled = state.on(ModelDecider.scale(state, 3, AT).events());
    ModelState moved = state.on(deploy(state, aSpec().on("other"), Optional.of(1L)).events());

    assertThat(scaled.live().orElseThrow().revision()).isEqualTo(recipe);
    assertThat(scaled.live().orElseThrow().version()).isGreaterThan(1);
    assertThat(moved.live().orElseThrow().revision()).isGreaterThan(recipe);
  }

  private static ModelState declared(Specs spec) {
    return NOTHING.on(new DeploymentDeclared(spec.build(), AT));
  }

  private static Decision deploy(ModelState state, Specs spec, Optional<Long> ifMatch) {
    return ModelDecider.deploy(state, spec.build(), ifMatch, false, AT);
  }
}
