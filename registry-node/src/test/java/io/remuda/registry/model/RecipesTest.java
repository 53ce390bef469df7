package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.Recipes.Recipe;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an instance was placed with is what it is started from, whatever is declared since. */
class RecipesTest {

  private static final ModelSpec OTHER = aSpec().on("fake").needingMemory(100).build();

  @Test
  void aStartThatIsSentAgainCarriesTheRecipeOfItsInstance() {
    World world = World.aDescribed(1);
    world.look();
    Action.Start first = (Action.Start) world.look().actions().get(0);
    Recipe before = world.state.recipe(first.instance().revision()).orElseThrow();
    world.on(new DeploymentChanged(OTHER, world.now));

    List<Action> again = world.later(Duration.ofSeconds(3)).look().actions();

    assertThat(again).contains(first);
    assertThat(world.state.recipe(first.instance().revision())).contains(before);
    assertThat(before.spec()).isNotEqualTo(OTHER);
    assertThat(before.file().map(ModelFile::digest)).contains("d");
    assertThat(world.state.recipe(world.state.sequence()).map(Recipe::spec)).contains(OTHER);
  }

  @Test
  void anotherNumberOfReplicasIsTheSameRecipe() {
    World world = World.aReady();

    world.on(new DeploymentScaled(world.state.name(), 3, world.now));

    assertThat(world.state.recipes()).isEqualTo(Recipes.NONE);
  }

  @Test
  void aRecipeIsForgottenWithItsLastInstance() {
    World world = World.aReady();
    world.on(new DeploymentChanged(OTHER, world.now)).described();
    assertThat(world.state.recipes().byRevision()).hasSize(1);

    world.look();
    world.runsAll("m1", Phase.ENDED).look();

    assertThat(world.state.recipes()).isEqualTo(Recipes.NONE);
  }

  @Test
  void aPlacementSaysOfWhichRecipeItIs() {
    World world = World.aDescribed(1);

    world.look();

    assertThat(world.state.instances().values())
        .singleElement()
        .extracting(Instance::revision)
        .isEqualTo(world.state.live().orElseThrow().revision());
  }

  @Test
  void theSameLookAtTheSameWorldChoosesTheSameMachine() {
    World world = World.aDescribed(1).says(Reports.of("m2")).says(Reports.of("m3"));

    List<ModelEvent> first = Reconciler.reconcile(world.sight()).events();

    assertThat(Reconciler.reconcile(world.sight()).events()).isEqualTo(first).isNotEmpty();
  }
}
