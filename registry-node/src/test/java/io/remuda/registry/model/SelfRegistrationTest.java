package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistrationEvent.MachineRegistered;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import io.remuda.registry.model.RegistrationEvent.RegistrationRefused;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelfRegistrationTest {

  private static final Schema ONE = Typed.schema("text");
  private static final Schema TWO = Typed.schema("body");
  private static final Duration TOO_LONG = Duration.ofSeconds(151);

  private final World world = new World().says(Reports.of("m1")).says(Reports.of("m2"));

  @Test
  void anUnknownNameIsThereFromThenOnWithAnInstanceOnThatMachineAlone() {
    registers("m2", ONE);
    describes("m2");
    world.look();

    assertThat(world.state.isSelfRegistered()).isTrue();
    assertThat(machines()).containsExactly("m2");
    world.runsAll("m2", Phase.READY).look();
    assertThat(world.outlook()).isEqualTo(new Outlook(DeploymentPhase.READY, 1, Optional.empty()));
  }

  @Test
  void onlyMachinesThatRegisteredItAreAskedAboutIt() {
    registers("m2", ONE);

    assertThat(world.look().actions()).containsExactly(new Action.Describe(new MachineId("m2")));
  }

  @Test
  void saidAgainWritesNothing() {
    registers("m1", ONE);

    assertThat(registers("m1", ONE).events()).isEmpty();
  }

  @Test
  void anotherMachineWithTheSameSchemaGetsAnInstanceToo() {
    ready("m1");
    registers("m2", ONE);
    world.look();

    assertThat(machines()).containsExactly("m1", "m2");
    assertThat(world.state.live().orElseThrow().spec().replicas()).isEqualTo(2);
  }

  @Test
  void aMachineWithAnotherSchemaIsRefusedOnceWithTheDifference() {
    ready("m1");

    Decision first = registers("m2", TWO);
    Decision again = registers("m2", TWO);

    assertThat(first.events()).hasOnlyElementsOfType(RegistrationRefused.class);
    assertThat(again.events()).isEmpty();
    assertThat(again.refused().orElseThrow().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
    assertThat(again.refused().orElseThrow().message())
        .contains("number 1 of t.In is text, not body");
    world.look();
    assertThat(machines()).containsExactly("m1");
  }

  @Test
  void theOnlyMachineOfANameMayChangeItsSchema() {
    ready("m1");

    Decision decision = registers("m1", TWO);

    assertThat(decision.events())
        .extracting(Object::getClass)
        .containsExactly(MachineUnregistered.class, MachineRegistered.class);
    assertThat(world.state.schema()).contains(TWO);
    describes("m1");
    assertThat(world.look().events()).hasAtLeastOneElementOfType(InstanceStopping.class);
  }

  @Test
  void aDeclaredNameGetsNoInstanceBeyondItsReplicas() {
    world.declared(spec(ONE).withReplicas(0));
    registers("m1", ONE);

    assertThat(world.look().events()).isEmpty();
    assertThat(world.state.isSelfRegistered()).isFalse();
    assertThat(world.state.isTaken(new MachineId("m1"))).isTrue();
  }

  @Test
  void aDeclaredNameRefusesAnotherSchema() {
    world.declared(spec(ONE));

    assertThat(registers("m1", TWO).refused()).isPresent();
  }

  @Test
  void theLastMachineThatTakesItBackEndsTheName() {
    ready("m1");
    unregisters("m1");

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.ENDED);
    assertThat(world.look().events()).hasOnlyElementsOfType(InstanceStopping.class);
  }

  @Test
  void oneOfTwoThatTakesItBackLosesItsInstanceAndTheOtherStays() {
    ready("m1");
    registers("m2", ONE);
    world.look();
    world.runsAll("m2", Phase.READY).look();
    unregisters("m1");

    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceStopping.class,
            stop -> assertThat(stop.reason()).contains("does not have the model any more"));
    assertThat(world.state.isSelfRegistered()).isTrue();
  }

  @Test
  void aMachineThatDoesNotSayItForLongIsTakenOffAndTheNameEnds() {
    ready("m1");
    world.later(Duration.ofSeconds(149)).look();
    assertThat(world.state.isSelfRegistered()).isTrue();

    world.later(Duration.ofSeconds(2)).look();

    assertThat(world.state.live()).isEmpty();
  }

  @Test
  void aMachineThatGoesOnSayingItStays() {
    ready("m1");
    for (int i = 0; i < 10; i++) {
      world.later(Duration.ofSeconds(30));
      registers("m1", ONE);
      assertThat(world.look().events()).isEmpty();
    }
    assertThat(world.state.isSelfRegistered()).isTrue();
  }

  @Test
  void aRegistryThatHasJustStartedWaitsForTheirWordFirst() {
    ready("m1");
    world.soft = SoftState.EMPTY;
    world.later(Duration.ofHours(1)).look();

    assertThat(world.state.isSelfRegistered()).isTrue();
  }

  @Test
  void nothingIsTakenOffWhileSoManyAreSilentThatTheNetworkMayBeToBlame() {
    ready("m1");
    world.braked = true;
    world.later(TOO_LONG).look();

    assertThat(world.state.isSelfRegistered()).isTrue();
  }

  @Test
  void declaredNamesNeverExpireNotEvenWhenScaledToZero() {
    world.declared(spec(ONE).withReplicas(0));
    registers("m1", ONE);
    world.look();
    world.later(TOO_LONG).look();

    assertThat(world.state.registrations()).isEmpty();
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.STOPPED);
  }

  @Test
  void anOperatorWhoScalesOrDeclaresItTakesItOver() {
    ready("m1");
    Decision scaled = ModelDecider.scale(world.state, 1, world.now);
    Decision declared =
        ModelDecider.deploy(
            world.state, aSpec().replicas(2).build(), Optional.empty(), false, world.now);

    assertThat(world.state.on(scaled.events()).isSelfRegistered()).isFalse();
    ModelState taken = world.state.on(declared.events());
    assertThat(taken.isSelfRegistered()).isFalse();
    assertThat(taken.schema()).contains(ONE);
  }

  @Test
  void anOperatorCannotRemoveWhatWouldComeBackAndIsToldWhatToDo() {
    ready("m1");

    assertThat(ModelDecider.remove(world.state, world.now).refused().orElseThrow().message())
        .contains("m1", "remuda scale demo 0");
  }

  @Test
  void aModelWithoutASchemaDoesNotRegisterItself() {
    Decision decision =
        RegistrationDecider.register(world.state, aSpec().build(), new MachineId("m1"), world.now);

    assertThat(decision.refused().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void aDrainingMachineGivesItsInstanceUpAndGetsNoOther() {
    ready("m1");
    world.draining("m1");

    assertThat(world.look().events()).hasOnlyElementsOfType(InstanceStopping.class);
    assertThat(world.look().events()).noneMatch(World.is(InstanceAssigned.class));
  }

  /** One machine has registered it and runs it. */
  private void ready(String machine) {
    registers(machine, ONE);
    describes(machine);
    world.look();
    world.runsAll(machine, Phase.READY).look();
  }

  private Decision registers(String machine, Schema schema) {
    MachineId id = new MachineId(machine);
    world.soft = world.soft.registered(id, world.now);
    Decision decision = RegistrationDecider.register(world.state, spec(schema), id, world.now);
    world.state = world.state.on(decision.events());
    return decision;
  }

  private void unregisters(String machine) {
    world.state =
        world.state.on(
            RegistrationDecider.unregister(
                    world.state, new MachineId(machine), "its jar was removed", world.now)
                .events());
  }

  private void describes(String machine) {
    world.on(
        new ModelDescribed(
            world.state.name(),
            new MachineId(machine),
            new ModelFile(1, "d", Resources.NONE, true, world.state.schema(), ""),
            world.now));
  }

  private static ModelSpec spec(Schema schema) {
    return aSpec().build().withSchema(schema);
  }

  private List<String> machines() {
    return world.state.instances().values().stream().map(i -> i.machine().value()).toList();
  }
}
