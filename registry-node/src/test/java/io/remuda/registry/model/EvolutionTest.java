package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.DeploymentEvent.SchemaEvolved;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.testing.Reports;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Another schema under a name that is taken. */
class EvolutionTest {

  private static final Schema OLD = Typed.schema("text");
  private static final Schema ADDED = Typed.schema("text", "limit");
  private static final Schema OTHER = Typed.schema("body");

  private final World world = new World().declared(spec(OLD));

  @Test
  void anotherSchemaIsRefusedWithItsDifferenceFieldByField() {
    Refused refused = deploy(spec(OTHER), false).refused().orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
    assertThat(refused.message()).contains("number 1 of t.In is text, not body");
    assertThat(refused.details()).extracting(Refused.Detail::path).containsExactly("t.In.text");
  }

  @Test
  void whatOnlyAddsIsRefusedTooUnlessAskedForAndSaysHowToAsk() {
    Decision decision = deploy(spec(ADDED), false);

    assertThat(decision.refused().orElseThrow().message())
        .contains("t.In.limit (number 2, string) is new", "--evolve");
  }

  @Test
  void whatOnlyAddsIsTakenWhenAskedForAndItsInstancesAreStartedAnew() {
    world.state = world.state.on(deploy(spec(ADDED), true).events());

    assertThat(world.state.schema()).contains(ADDED);
    assertThat(world.state.live().orElseThrow().revision()).isEqualTo(2);
  }

  @Test
  void whatChangesOrRemovesIsRefusedThoughAskedFor() {
    Decision decision = deploy(spec(OTHER), true);

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
    assertThat(deploy(spec(ADDED), true).refused()).isEmpty();
  }

  @Test
  void theSameSchemaEvolvesNothing() {
    assertThat(deploy(spec(OLD), true)).isEqualTo(Decision.accepted());
  }

  @Test
  void anotherSpecificationStillNeedsItsVersion() {
    ModelSpec more = spec(ADDED).withReplicas(3);

    assertThat(deploy(more, true).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(ModelDecider.deploy(world.state, more, Optional.of(1L), true, world.now).events())
        .hasSize(1);
  }

  @Test
  void aModelThatTellsItsSchemaItselfIsDescribedAnewAndTakenWithWhatWasAdded() {
    World found = found(OLD);
    Decision decision =
        ModelDecider.deploy(found.state, aSpec().build(), Optional.empty(), true, found.now);
    assertThat(decision.events()).hasOnlyElementsOfType(SchemaEvolved.class);
    found.state = found.state.on(decision.events());

    Plan other = describes(found, OTHER);
    Plan added = describes(found, ADDED);

    assertThat(other.events()).isEmpty();
    assertThat(added.events()).hasOnlyElementsOfType(ModelDescribed.class);
    found.state = found.state.on(added.events());
    assertThat(found.state.schema()).contains(ADDED);
    assertThat(found.state.evolving()).isFalse();
  }

  @Test
  void withoutBeingAskedADescriptionWithMoreFieldsIsNotTaken() {
    World found = found(OLD);
    ModelSpec changed = aSpec().build().withArguments(java.util.Map.of("a", "b"));
    found.state =
        found.state.on(
            ModelDecider.deploy(found.state, changed, Optional.of(1L), false, found.now).events());

    Plan plan = describes(found, ADDED);

    assertThat(plan.events()).isEmpty();
    assertThat(plan.soft().absent().values())
        .singleElement()
        .satisfies(
            hold -> assertThat(hold.reason()).contains("t.In.limit (number 2, string) is new"));
  }

  private Decision deploy(ModelSpec spec, boolean evolve) {
    return ModelDecider.deploy(world.state, spec, Optional.empty(), evolve, world.now);
  }

  private static ModelSpec spec(Schema schema) {
    return aSpec().build().withSchema(schema);
  }

  private static World found(Schema schema) {
    World found = new World().declared(aSpec().build()).says(Reports.of("m1"));
    found.on(new ModelDescribed(found.state.name(), new MachineId("m1"), file(schema), found.now));
    return found;
  }

  private static ModelFile file(Schema schema) {
    return new ModelFile(1, "d", Resources.NONE, true, Optional.of(schema), "");
  }

  private static Plan describes(World world, Schema schema) {
    return AnswerDecider.describe(
        world.sight(),
        new DescribeAnswered(
            new MachineId("m1"),
            world.state.live().orElseThrow().revision(),
            Optional.of(
                new NodeProtocol.Described(
                    new MachineId("m1"), Optional.of(file(schema)), Optional.empty()))));
  }
}
