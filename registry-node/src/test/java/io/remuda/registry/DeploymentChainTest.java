package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a declaration to a ready instance and on, on a real journal with machines that obey a test.
 */
class DeploymentChainTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path data;

  private static TestRegistry registry;

  private final List<FakeMachine.Control> machines = new java.util.ArrayList<>();

  @BeforeAll
  static void start() {
    // No machine goes here: one that is late must not be missed.
    registry =
        TestRegistry.start(
                data,
                Map.of("remuda.liveness.suspect-after", "20s", "remuda.liveness.lost-after", "1m"))
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** What a test leaves behind falls silent. */
  @AfterEach
  void silence() {
    machines.forEach(machine -> machine.silent = true);
  }

  @Test
  void aDeploymentBecomesReadyAndSaysSoInItsListingAndItsStory() {
    FakeMachine.Control machine = machine("chain");

    assertThat(registry.deploy(aSpec().named("chain").on("chain").build()).refused()).isEmpty();
    registry.awaitFirstReady("chain");

    assertThat(machine.instances).hasSize(1);
    assertThat(registry.listing("chain").orElseThrow().ready()).isEqualTo(1);
    List<EventView> story = registry.events(0, Optional.of("chain"), Duration.ZERO);
    assertThat(story)
        .extracting(EventView::kind)
        .containsSubsequence(
            "DeploymentDeclared", "ModelDescribed", "InstanceAssigned", "InstanceReady");
    assertThat(registry.explain("chain").explanation().orElseThrow().history())
        .hasSameSizeAs(story);
  }

  @Test
  void aModelThatAMachineHasByItselfIsListedAsSuchAndEndsWithItsLastMachine() {
    FakeMachine.Control machine = machine("self");
    ModelSpec spec = aSpec().named("self").on("self").withSchema("f1").build();

    assertThat(registry.register(spec, machine.id).refused()).isEmpty();
    awaitPhase("self", DeploymentPhase.READY);
    assertThat(registry.listing("self").orElseThrow().selfRegistered()).isTrue();
    assertThat(registry.show("self").deployment().orElseThrow().selfRegistered()).isTrue();
    assertThat(machine.instances).hasSize(1);
    RegistryProtocol.Registered other =
        registry.register(
            aSpec().named("self").on("self").withSchema("f2").build(), new MachineId("other"));
    assertThat(other.refused().orElseThrow().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);

    registry
        .model("self")
        .tell(
            new RegistryProtocol.Unregister(
                new ModelName("self"), machine.id, "its jar was removed"));

    Eventually.passes("it is stopped", SOON, () -> assertThat(machine.instances).isEmpty());
    awaitPhase("self", DeploymentPhase.ENDED);
    // The machine has stopped it before its answer is there and written.
    Eventually.passes(
        "the story is told to its end",
        SOON,
        () ->
            assertThat(registry.events(0, Optional.of("self"), Duration.ZERO))
                .extracting(EventView::kind)
                .containsSubsequence(
                    "MachineRegistered",
                    "InstanceAssigned",
                    "InstanceReady",
                    "RegistrationRefused",
                    "MachineUnregistered",
                    "InstanceEnded"));
  }

  @Test
  void theSameSpecificationAgainIsAcceptedAndWritesNothing() {
    machine("same");
    registry.deploy(aSpec().named("same").on("same").build());
    registry.awaitFirstReady("same");
    int before = registry.events(0, Optional.of("same"), Duration.ZERO).size();

    assertThat(registry.deploy(aSpec().named("same").on("same").build()).refused()).isEmpty();

    assertThat(registry.events(0, Optional.of("same"), Duration.ZERO)).hasSize(before);
  }

  @Test
  void aConflictShowsWhatIsThere() {
    machine("conflict");
    registry.deploy(aSpec().named("conflict").on("conflict").build());

    var reply = registry.deploy(aSpec().named("conflict").on("conflict").replicas(3).build());

    assertThat(reply.refused().orElseThrow().code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(reply.deployment().orElseThrow().spec().replicas()).isEqualTo(1);
  }

  @Test
  void scalesUpAndDownAndToZero() {
    FakeMachine.Control machine = machine("scale");
    registry.deploy(aSpec().named("scale").on("scale").build());
    awaitPhase("scale", DeploymentPhase.READY);

    registry.scale("scale", 4);
    Eventually.passes("4 run", SOON, () -> assertThat(machine.instances).hasSize(4));
    registry.scale("scale", 2);
    Eventually.passes("2 run", SOON, () -> assertThat(machine.instances).hasSize(2));
    registry.scale("scale", 0);
    Eventually.passes("none runs", SOON, () -> assertThat(machine.instances).isEmpty());
    awaitPhase("scale", DeploymentPhase.STOPPED);
  }

  @Test
  void aRemovedNameStopsItsInstancesAndMayBeUsedAgainWithNewIds() {
    FakeMachine.Control machine = machine("again");
    registry.deploy(aSpec().named("again").on("again").build());
    awaitPhase("again", DeploymentPhase.READY);
    InstanceId first = machine.instances.keySet().iterator().next();

    assertThat(registry.remove("again").refused()).isEmpty();
    Eventually.passes("it is stopped", SOON, () -> assertThat(machine.instances).isEmpty());
    awaitPhase("again", DeploymentPhase.ENDED);
    assertThat(registry.show("again").refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);

    registry.deploy(aSpec().named("again").on("again").build());
    awaitPhase("again", DeploymentPhase.READY);
    assertThat(machine.instances.keySet().iterator().next().number()).isGreaterThan(first.number());
  }

  @Test
  void staysPendingWithAReasonAndStartsByItselfWhenRoomAppears() {
    FakeMachine.Control machine = machine("room");
    machine.memoryMiB = 100;
    registry.deploy(aSpec().named("room").on("room").build());
    awaitPhase("room", DeploymentPhase.PENDING);
    Eventually.passes(
        "the reason names machine, need and free",
        SOON,
        () ->
            assertThat(registry.listing("room").orElseThrow().reason().orElseThrow())
                .contains("needs 512 MiB of memory, room (host-room) has in all 100"));

    machine.memoryMiB = 1_000;

    awaitPhase("room", DeploymentPhase.READY);
  }

  @Test
  void saysWhichMachineDoesNotHaveTheModel() {
    FakeMachine.Control machine = machine("absent");
    machine.hasModel = false;
    registry.deploy(aSpec().named("absent").on("absent").build());
    Eventually.passes(
        "the reason says so",
        SOON,
        () ->
            assertThat(registry.listing("absent").orElseThrow().reason().orElseThrow())
                .contains("absent: no such file here"));

    machine.hasModel = true;

    awaitPhase("absent", DeploymentPhase.READY);
  }

  @Test
  void aLostAnswerLeadsToTheSameStartAgainAndToOneInstance() {
    FakeMachine.Control machine = machine("deaf");
    machine.swallowStartReplies = true;
    registry.deploy(aSpec().named("deaf").on("deaf").build());

    awaitPhase("deaf", DeploymentPhase.READY);
    assertThat(machine.instances).hasSize(1);
  }

  @Test
  void aStartThatDidNotArriveIsSentAgain() {
    FakeMachine.Control machine = machine("late");
    registry.deploy(aSpec().named("late").on("late").build());
    awaitPhase("late", DeploymentPhase.READY);
    InstanceId id = machine.instances.keySet().iterator().next();
    // As after a restart that lost it: the machine knows nothing of it any more.
    machine.instances.clear();

    Eventually.passes(
        "the same instance is started again",
        SOON,
        () -> assertThat(machine.instances).containsOnlyKeys(id));
  }

  @Test
  void aRefusalIsWrittenAndAnotherIdIsTriedLater() {
    FakeMachine.Control machine = machine("stubborn");
    machine.refuse = Optional.of(Refused.of(ErrorCode.NODE_FULL, "no room after all"));
    registry.deploy(aSpec().named("stubborn").on("stubborn").build());
    Eventually.passes(
        "the refusal is in the story",
        SOON,
        () ->
            assertThat(registry.events(0, Optional.of("stubborn"), Duration.ZERO))
                .anyMatch(e -> e.kind().equals("InstanceRefused")));

    machine.refuse = Optional.empty();

    awaitPhase("stubborn", DeploymentPhase.READY);
  }

  @Test
  void aReaderWhoWaitsIsGivenTheNextEventAndMissesNone() {
    machine("reader");
    List<EventView> before = registry.events(0, Optional.empty(), Duration.ZERO);
    long last = before.isEmpty() ? 0 : before.get(before.size() - 1).offset();
    registry.deploy(aSpec().named("reader").on("nowhere").build());

    List<EventView> next = registry.events(last, Optional.empty(), Duration.ofSeconds(5));

    assertThat(next).isNotEmpty();
    assertThat(next.get(0).offset()).isGreaterThan(last);
  }

  private FakeMachine.Control machine(String id) {
    return machine(id, id);
  }

  /** A machine with an engine of its own, so that tests do not use each other's. */
  private FakeMachine.Control machine(String id, String engine) {
    FakeMachine.Control control = new FakeMachine.Control(id);
    control.engines = java.util.Set.of(engine);
    machines.add(registry.machine(control));
    return control;
  }

  private static void awaitPhase(String name, DeploymentPhase phase) {
    Eventually.passes(
        name + " is " + phase,
        SOON,
        () -> assertThat(registry.listing(name).map(listing -> listing.phase())).hasValue(phase));
  }
}
