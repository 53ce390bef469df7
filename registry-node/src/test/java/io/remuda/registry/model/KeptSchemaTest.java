package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.testing.Reports;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A name stands for its schema until it is removed, whatever is left out meanwhile. */
class KeptSchemaTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final Schema OLD = Typed.schema("text");
  private static final Schema ADDED = Typed.schema("text", "limit");
  private static final Schema OTHER = Typed.schema("body");

  private final World world = new World();

  @Test
  void aChangeThatSaysNoSchemaKeepsIt() {
    world.declared(aSpec().build().withSchema(OLD)).says(Reports.of("m1"));

    deploy(aSpec().build().withReplicas(3), false);

    assertThat(world.state.schema()).contains(OLD);
    assertThat(describe(Optional.of(OTHER)).events()).isEmpty();
    assertThat(describe(Optional.of(OLD)).events()).hasSize(1);
    assertThat(refusal(aSpec().build().withSchema(OTHER))).contains(ErrorCode.SCHEMA_CONFLICT);
  }

  @Test
  void aModelFoundWithoutASchemaDoesNotMakeRoomForAnother() {
    world.declared(aSpec().build()).says(Reports.of("m1"));
    described(Optional.of(OLD));

    described(Optional.empty());

    assertThat(world.state.schema()).contains(OLD);
    assertThat(refusal(aSpec().build().withSchema(OTHER))).contains(ErrorCode.SCHEMA_CONFLICT);
  }

  @Test
  void aModelThatIsToTellItsSchemaItselfMayOnlyAdd() {
    world.declared(aSpec().build().withSchema(OLD)).says(Reports.of("m1"));

    deploy(aSpec().build(), true);

    assertThat(world.state.schema()).contains(OLD);
    assertThat(describe(Optional.of(OTHER)).events()).isEmpty();
    described(Optional.of(ADDED));
    assertThat(world.state.schema()).contains(ADDED);
    assertThat(world.state.earlier()).containsExactly(OLD.fingerprint());
  }

  @Test
  void anOlderDescriptionDoesNotBringBackWhatWasAddedTo() {
    world.declared(aSpec().build()).says(Reports.of("m1"));
    described(Optional.of(OLD));
    deploy(aSpec().build().withSchema(ADDED), true);

    deploy(aSpec().build(), false);

    assertThat(world.state.schema()).contains(ADDED);
  }

  @Test
  void afterARemovalTheNameIsFree() {
    world.declared(aSpec().build().withSchema(OLD));
    world.state = world.state.on(ModelDecider.remove(world.state, world.now).events());
    assertThat(world.state.schema()).isEmpty();

    world.declared(aSpec().build().withSchema(OTHER));

    assertThat(world.state.schema()).contains(OTHER);
  }

  private void deploy(ModelSpec spec, boolean evolve) {
    Optional<Long> seen = world.state.live().map(Declaration::version);
    Decision decision = ModelDecider.deploy(world.state, spec, seen, evolve, world.now);
    assertThat(decision.refused()).isEmpty();
    assertThat(decision.events()).isNotEmpty();
    world.state = world.state.on(decision.events());
  }

  private Optional<ErrorCode> refusal(ModelSpec spec) {
    Optional<Long> seen = world.state.live().map(Declaration::version);
    return ModelDecider.deploy(world.state, spec, seen, false, world.now)
        .refused()
        .map(refused -> refused.code());
  }

  private void described(Optional<Schema> schema) {
    world.on(new ModelDescribed(world.state.name(), M1, file(schema), world.now));
  }

  private Plan describe(Optional<Schema> schema) {
    return AnswerDecider.describe(
        world.sight(),
        new DescribeAnswered(
            M1,
            world.state.live().orElseThrow().revision(),
            Optional.of(
                new NodeProtocol.Described(M1, Optional.of(file(schema)), Optional.empty()))));
  }

  private static ModelFile file(Optional<Schema> schema) {
    return new ModelFile(1, "d", Resources.NONE, true, schema, "");
  }
}
