package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.JournalBackup;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A running fleet finds another journal behind its registry: nothing is stopped, and it is told.
 */
@Tag("slow")
class ReplacedJournalTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  /** Several times that after which a registry node here stops what it does not know. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(4);

  @TempDir Path data;

  @Test
  void behindAnEmptyOneEverythingRunsOnAndNothingIsPlacedThere() {
    FakeMachine.Control machine = new FakeMachine.Control("m1");
    try (TestRegistry first = TestRegistry.start(data.resolve("a")).awaitReady()) {
      first.machine(machine);
      first.deploy(aSpec().replicas(2).build());
      running(machine, 2);
      first.awaitFirstReady("demo");
    }
    Set<InstanceId> before = new TreeSet<>(machine.instances.keySet());
    machine.heard.clear();

    try (TestRegistry second = TestRegistry.start(data.resolve("b")).awaitReady()) {
      second.machine(machine);
      assertThat(second.deploy(aSpec().replicas(1).build()).refused()).isEmpty();

      Eventually.passes(
          "the mismatch is named",
          SOON,
          () ->
              assertThat(second.explain("demo").explanation().orElseThrow().verdicts())
                  .anyMatch(
                      verdict ->
                          verdict.predicate().equals("journal")
                              && verdict.machine().equals(machine.id)));
      isLeftAlone(second, machine, before);
      assertThat(second.listing("demo").orElseThrow().reason().orElseThrow())
          .contains("another journal");
    }
  }

  @Test
  void behindAnOlderOneEverythingRunsOnAndItIsNamed() {
    FakeMachine.Control machine = new FakeMachine.Control("m1");
    Path backup = data.resolve("a.backup");
    try (TestRegistry first = TestRegistry.start(data.resolve("a")).awaitReady()) {
      first.machine(machine);
      first.deploy(aSpec().replicas(1).build());
      first.awaitFirstReady("demo");
    }
    journal("a").backup(backup, (rows, of) -> {});
    try (TestRegistry first = TestRegistry.start(data.resolve("a")).awaitReady()) {
      first.machine(machine);
      Eventually.passes(
          "it is scaled", SOON, () -> assertThat(first.scale("demo", 3).refused()).isEmpty());
      running(machine, 3);
    }
    Set<InstanceId> before = new TreeSet<>(machine.instances.keySet());
    machine.heard.clear();
    journal("b").restore(backup, (rows, of) -> {});

    try (TestRegistry second = TestRegistry.start(data.resolve("b")).awaitReady()) {
      second.machine(machine);

      Eventually.passes(
          "it is named",
          SOON,
          () -> {
            var listing = second.listing("demo").orElseThrow();
            assertThat(listing.phase()).isEqualTo(DeploymentPhase.DEGRADED);
            assertThat(listing.reason().orElseThrow()).contains("journal is older");
          });
      isLeftAlone(second, machine, before);
    }
  }

  private static void running(FakeMachine.Control machine, int count) {
    Eventually.passes(count + " run", SOON, () -> assertThat(machine.instances).hasSize(count));
  }

  private static void isLeftAlone(
      TestRegistry registry, FakeMachine.Control machine, Set<InstanceId> before) {
    long from = System.nanoTime();
    Eventually.isTrue(
        "time enough to stop a stranger has passed",
        SOON,
        () -> System.nanoTime() - from > LONG_ENOUGH.toNanos());
    assertThat(
            registry.askView(FleetProtocol.ListMachines::new).machines().stream()
                .filter(view -> view.machine().equals(machine.id)))
        .as("it is heard all the time")
        .allMatch(view -> view.reachable())
        .hasSize(1);
    assertThat(machine.instances.keySet()).isEqualTo(before);
    assertThat(machine.count(NodeProtocol.StopInstance.class)).isZero();
    assertThat(machine.count(NodeProtocol.StartInstance.class)).isZero();
  }

  private JournalBackup journal(String folder) {
    return new JournalBackup(
        JournalSettings.from(ConfigFactory.load(), data.resolve(folder)),
        "test",
        Clock.systemUTC());
  }
}
