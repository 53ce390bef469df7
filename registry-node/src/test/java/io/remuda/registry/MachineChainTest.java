package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that fall silent, come back, are cordoned or belong to another fleet, on a real journal.
 */
@Tag("slow")
class MachineChainTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path data;

  private static TestRegistry registry;

  private final List<FakeMachine.Control> machines = new java.util.ArrayList<>();

  @BeforeAll
  static void start() {
    registry =
        TestRegistry.start(
                data,
                // A machine of this process may stand still as long as any thread.
                Map.of("remuda.registry.cordon-timeout", "8s", "remuda.liveness.lost-after", "8s"))
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** What a test leaves behind falls silent and is given up. */
  @AfterEach
  void silence() {
    machines.forEach(machine -> machine.silent = true);
  }

  @Test
  void whatRanOnAMachineThatFallsSilentIsSuspectThenPlacedElsewhereThenStoppedThere() {
    FakeMachine.Control first = machine("silent-1", "silent");
    registry.deploy(aSpec().named("silent").on("silent").build());
    awaitPhase("silent", DeploymentPhase.READY);
    InstanceId lost = first.instances.keySet().iterator().next();

    first.silent = true;
    Eventually.passes(
        "it takes no work",
        SOON,
        () -> assertThat(registry.listing("silent").orElseThrow().ready()).isZero());
    // Not earlier: it would soon be ready there, and who looks late would never see it unready.
    FakeMachine.Control second = machine("silent-2", "silent");
    Eventually.passes("it runs elsewhere", SOON, () -> assertThat(second.instances).hasSize(1));
    awaitPhase("silent", DeploymentPhase.READY);

    first.silent = false;
    Eventually.passes(
        "the returned one is stopped",
        SOON,
        () -> assertThat(first.instances).doesNotContainKey(lost));
    assertThat(second.instances).hasSize(1);
  }

  @Test
  void aMachineThatComesBackInTimeKeepsItsInstances() {
    FakeMachine.Control machine = machine("back");
    registry.deploy(aSpec().named("back").on("back").build());
    registry.awaitFirstReady("back");
    int before = registry.events(0, Optional.of("back"), Duration.ZERO).size();

    machine.settled = false;
    machine.incarnation = 2;
    Eventually.isTrue("it is told its state again", SOON, () -> machine.settled);

    awaitPhase("back", DeploymentPhase.READY);
    assertThat(registry.events(0, Optional.of("back"), Duration.ZERO)).hasSize(before);
    assertThat(machine.count(NodeProtocol.StopInstance.class)).isZero();
  }

  @Test
  void anInstanceOfANameThatWasRemovedIsStopped() {
    FakeMachine.Control machine = machine("stray", "stray");
    registry.deploy(aSpec().named("removed").on("stray").build());
    awaitPhase("removed", DeploymentPhase.READY);
    InstanceReport kept = machine.instances.values().iterator().next();
    registry.remove("removed");
    Eventually.passes(
        "its end is written",
        SOON,
        () ->
            assertThat(registry.events(0, Optional.of("removed"), Duration.ZERO))
                .extracting(event -> event.kind())
                .contains("InstanceEnded"));
    long stops = machine.count(NodeProtocol.StopInstance.class);

    machine.instances.put(kept.id(), kept);

    Eventually.passes("it is stopped", SOON, () -> assertThat(machine.instances).isEmpty());
    assertThat(machine.count(NodeProtocol.StopInstance.class)).isGreaterThan(stops);
  }

  @Test
  void aMachineOfAnotherJournalGetsNothing() {
    FakeMachine.Control machine = new FakeMachine.Control("foreign");
    machine.journal = Optional.of(new JournalId("another-journal"));
    machine.settled = true;
    machine.engines = java.util.Set.of("foreign");
    machines.add(registry.machine(machine));
    registry.deploy(aSpec().named("foreign").on("foreign").build());

    Eventually.passes(
        "the reason says so",
        SOON,
        () ->
            assertThat(registry.explain("foreign").explanation().orElseThrow().verdicts())
                .anyMatch(v -> v.predicate().equals("journal")));
    assertThat(machine.count(NodeProtocol.StartInstance.class)).isZero();
  }

  @Test
  void aCordonedMachineTakesNothingNewAndADrainedOneIsEmptied() {
    FakeMachine.Control first = machine("drain-1", "drain");
    registry.deploy(aSpec().named("drain").on("drain").build());
    awaitPhase("drain", DeploymentPhase.READY);

    assertThat(registry.cordon(first.id).machine().orElseThrow().cordoned()).isTrue();
    assertThat(first.cordoned).isTrue();
    assertThat(first.instances).hasSize(1);
    assertThat(registry.uncordon(first.id).machine().orElseThrow().cordoned()).isFalse();

    Refused refused = registry.drain(first.id).refused().orElseThrow();
    assertThat(refused.code()).isEqualTo(ErrorCode.LAST_PLACE);
    assertThat(refused.message()).contains("drain").contains("serves on where it is");
    assertThat(first.cordoned).isFalse();

    FakeMachine.Control second = machine("drain-2", "drain");
    Eventually.passes(
        "there is another place",
        SOON,
        () -> assertThat(registry.drain(first.id).machine().orElseThrow().draining()).isTrue());
    Eventually.passes(
        "it has moved",
        SOON,
        () -> {
          assertThat(first.instances).isEmpty();
          assertThat(second.instances).hasSize(1);
        });
    awaitPhase("drain", DeploymentPhase.READY);
  }

  @Test
  void aForcedDrainOfTheLastPlaceServesOnUntilThereIsAnother() {
    FakeMachine.Control first = machine("force-1", "force");
    registry.deploy(aSpec().named("force").on("force").build());
    awaitPhase("force", DeploymentPhase.READY);
    assertThat(registry.drain(first.id).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.LAST_PLACE);

    MachineView drained = registry.drain(first.id, true).machine().orElseThrow();

    assertThat(drained.draining()).isTrue();
    assertThat(first.cordoned).isTrue();
    long pings = first.count(NodeProtocol.Ping.class);
    Eventually.isTrue(
        "it has been looked at since",
        SOON,
        () -> first.count(NodeProtocol.Ping.class) > pings + 3);
    assertThat(first.instances).as("it has no other place").hasSize(1);
    assertThat(first.count(NodeProtocol.StopInstance.class)).isZero();
    assertThat(registry.listing("force").orElseThrow().ready()).isEqualTo(1);

    FakeMachine.Control second = machine("force-2", "force");
    Eventually.passes(
        "it moves",
        SOON,
        () -> {
          assertThat(second.instances).hasSize(1);
          assertThat(first.instances).isEmpty();
        });
    awaitPhase("force", DeploymentPhase.READY);
  }

  @Test
  void aDrainedGpuIsEmptiedOntoTheOtherOneUnlessThatIsTheLastPlace() {
    FakeMachine.Control machine = new FakeMachine.Control("two-gpus");
    machine.engines = Set.of("two-gpus");
    machine.gpus = 2;
    machines.add(registry.machine(machine));
    Resources half = new Resources(5_000, 64, 0, 1);
    registry.deploy(aSpec().named("on-gpu").on("two-gpus").needing(half).build());
    awaitPhase("on-gpu", DeploymentPhase.READY);
    assertThat(gpusInUse(machine)).containsExactly(machine.gpu(0));

    assertThat(registry.drainGpu(machine.id, "7").refused().orElseThrow().code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    MachineView view = registry.drainGpu(machine.id, "0").machine().orElseThrow();

    assertThat(view.draining()).as("the machine as a whole").isFalse();
    assertThat(machine.cordonedGpus).containsExactly(machine.gpu(0));
    Eventually.passes(
        "it has moved to the other one",
        SOON,
        () -> assertThat(gpusInUse(machine)).containsExactly(machine.gpu(1)));
    awaitPhase("on-gpu", DeploymentPhase.READY);
    assertThat(registry.events(0, Optional.of(machine.id.value()), Duration.ZERO))
        .extracting(event -> event.kind())
        .contains("GpusDraining");
    Refused last = registry.drainGpu(machine.id, machine.gpu(1)).refused().orElseThrow();
    assertThat(last.code()).isEqualTo(ErrorCode.LAST_PLACE);
    assertThat(last.message()).contains("on-gpu");
    assertThat(machine.cordonedGpus).containsExactly(machine.gpu(0));
  }

  private static List<String> gpusInUse(FakeMachine.Control machine) {
    return machine.instances.values().stream().flatMap(one -> one.gpus().stream()).toList();
  }

  @Test
  void aCordonThatComesWhileADrainIsLookedIntoHoldsAndTheDrainIsRefused() {
    FakeMachine.Control machine = machine("meanwhile", "meanwhile");
    registry.deploy(aSpec().named("meanwhile").on("meanwhile").build());
    awaitPhase("meanwhile", DeploymentPhase.READY);

    Refused refused =
        Eventually.find(
            "the cordon comes in between",
            SOON,
            () -> {
              registry.uncordon(machine.id);
              CompletionStage<MachineProtocol.Reply> drain =
                  registry
                      .machineEntity(machine.id.value())
                      .<MachineProtocol.Reply>ask(
                          replyTo -> new MachineProtocol.Drain(machine.id, false, replyTo),
                          TestRegistry.ASK);
              registry.cordon(machine.id);
              return TestRegistry.get(drain)
                  .refused()
                  .filter(why -> why.code() == ErrorCode.STALE_VERSION);
            });

    assertThat(refused.message()).contains("machine meanwhile was changed");
    MachineView view = registry.cordon(machine.id).machine().orElseThrow();
    assertThat(view.cordoned()).isTrue();
    assertThat(view.draining()).isFalse();
  }

  @Test
  void aDeploymentThatAsksForALabelGoesWhereAnOperatorSetsIt() {
    machine("plain-1", "labelled");
    FakeMachine.Control labelled = machine("labelled-1", "labelled");
    Eventually.isTrue("it is told its state", SOON, () -> labelled.settled);
    registry.deploy(aSpec().named("labelled").on("labelled").labelled("zone", "a").build());
    awaitPhase("labelled", DeploymentPhase.PENDING);

    MachineView view =
        registry
            .label(labelled.id, Map.of("zone", "a", "rack", "7"), Set.of())
            .machine()
            .orElseThrow();

    assertThat(view.report().orElseThrow().labels()).containsEntry("zone", "a");
    awaitPhase("labelled", DeploymentPhase.READY);
    assertThat(labelled.instances).hasSize(1);
    assertThat(registry.label(labelled.id, Map.of("rack", "8"), Set.of("zone", "none")).refused())
        .isEmpty();
    assertThat(labelled.labels).containsExactly(Map.entry("rack", "8"));
    assertThat(labelled.instances).as("what runs there goes on").hasSize(1);
  }

  @Test
  void aSecondCordonAlsoWaitsUntilTheMachineObeys() {
    FakeMachine.Control machine = machine("deaf-cordon");
    Eventually.isTrue("it is told its state", SOON, () -> machine.settled);
    machine.deafToState = true;
    assertThat(registry.cordon(machine.id).refused()).isEmpty();
    assertThat(machine.cordoned).isFalse();

    machine.deafToState = false;

    assertThat(registry.cordon(machine.id).machine().orElseThrow().cordoned()).isTrue();
    assertThat(machine.cordoned).isTrue();
  }

  @Test
  void aCordonThatTheMachineRefusesIsToldSo() {
    FakeMachine.Control machine = machine("rebel");
    Eventually.isTrue("it is told its state", SOON, () -> machine.settled);
    machine.refuseState = Optional.of(Refused.of(ErrorCode.WRONG_JOURNAL, "another fleet's"));

    Refused refused = registry.cordon(machine.id).refused().orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.WRONG_JOURNAL);
    assertThat(refused.message()).contains("the change is kept", "another fleet's");
  }

  @Test
  void anUnknownMachineCannotBeCordoned() {
    assertThat(
            registry
                .cordon(new io.remuda.protocol.id.MachineId("nobody"))
                .refused()
                .orElseThrow()
                .code())
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void listsMachinesAndInstances() {
    FakeMachine.Control machine = machine("listed");
    registry.deploy(aSpec().named("listed").on("listed").build());
    awaitPhase("listed", DeploymentPhase.READY);

    Eventually.passes(
        "both are listed",
        SOON,
        () -> {
          FleetProtocol.Machines all = registry.askView(FleetProtocol.ListMachines::new);
          FleetProtocol.Instances running = registry.askView(FleetProtocol.ListInstances::new);
          assertThat(all.machines())
              .anyMatch(view -> view.machine().equals(machine.id) && view.reachable());
          assertThat(running.instances())
              .anyMatch(
                  view ->
                      view.machine().equals(machine.id)
                          && view.phase() == Phase.READY
                          && view.pid().isPresent());
        });
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
