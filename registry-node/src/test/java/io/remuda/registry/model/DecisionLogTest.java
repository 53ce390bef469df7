package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.InstanceEvent.EngineRestarted;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.placement.Grounds;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What was decided is written with what it was decided by, and no more often than it helps. */
class DecisionLogTest {

  @Test
  void aPlacementTellsItsScoreAndWhatEachOtherMachineLacked() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").memory(1_024, 0).cpus(2));
    world.says(Reports.of("full").memory(16_000, 15_900));
    world.says(Reports.of("bare").withoutEngines().engine("other", true));

    InstanceAssigned assigned = only(world.look(), InstanceAssigned.class);

    Grounds grounds = assigned.grounds().orElseThrow();
    assertThat(assigned.machine()).isEqualTo(new MachineId("m1"));
    assertThat(grounds.used()).isBetween(0.2, 0.8);
    assertThat(grounds.machines()).isEqualTo(3);
    assertThat(grounds.untold()).isZero();
    assertThat(grounds.weighed().get(0).machine()).isEqualTo(new MachineId("m1"));
    assertThat(verdict(grounds, "full").predicate()).isEqualTo("memory");
    assertThat(verdict(grounds, "full").text()).contains("512").contains("100");
    assertThat(verdict(grounds, "bare").predicate()).isEqualTo("engine");
    assertThat(assigned.text()).contains("of 3 machines 1 fits, 2 do not");
  }

  @Test
  void ofManyMachinesSomeAreToldOfAndTheRestIsCounted() {
    World world = World.aDescribed(1);
    for (int i = 0; i < 60; i++) {
      world.says(
          Reports.of("x" + i)
              .engine("e".repeat(900), true)
              .memory(16_000, i % 2 == 0 ? 0 : 16_000));
    }

    InstanceAssigned assigned = only(world.look(), InstanceAssigned.class);

    Grounds grounds = assigned.grounds().orElseThrow();
    assertThat(grounds.weighed()).hasSize(Grounds.MOST);
    assertThat(grounds.weighed().get(0).machine()).isEqualTo(assigned.machine());
    assertThat(grounds.untold()).isEqualTo(61 - Grounds.MOST);
    assertThat(ModelCodec.encode(assigned)).hasSizeLessThan(20_000);
  }

  @Test
  void aLossTellsTheSilenceAndWhyTheBrakeDidNotHold() {
    World world = World.aReady().says(Reports.of("m2")).silent("m1", Duration.ofSeconds(31));

    InstanceLost lost = only(world.look(), InstanceLost.class);

    Absence absence = lost.absence().orElseThrow();
    assertThat(absence.silence()).isEqualTo(Duration.ofSeconds(31));
    assertThat(absence.limit()).isEqualTo(World.POLICY.lostAfter());
    assertThat(absence.silentMachines()).isEqualTo(1);
    assertThat(absence.machines()).isEqualTo(2);
    assertThat(lost.text()).contains("31 s").contains("1 of 2 machines").contains("brake was off");
  }

  @Test
  void aMachineThatWasNeverHeardIsToldApart() {
    World world = World.aReady().gone("m1").says(Reports.of("m2"));
    world.watching = Duration.ofSeconds(31);

    Absence absence = only(world.look(), InstanceLost.class).absence().orElseThrow();

    assertThat(absence.heard()).isFalse();
    assertThat(absence.machines()).isEqualTo(2);
  }

  @Test
  void anEnginesFirstRestartIsWrittenWithItsReasonOnce() {
    World world = World.aReady();

    EngineRestarted restarted =
        only(restarts(world, 0, Phase.BACKOFF, "exit code 1"), EngineRestarted.class);

    assertThat(restarted.times()).isEqualTo(1);
    assertThat(restarted.text()).contains("m1").contains("once").contains("exit code 1");
    assertThat(world.look().events()).isEmpty();
    assertThat(restarts(world, 1, Phase.STARTING).events()).isEmpty();
    assertThat(restarts(world, 1, Phase.READY).events()).isEmpty();
  }

  @Test
  void anEngineThatIsRestartedForDaysFillsNoJournal() {
    World world = World.aReady();
    long before = world.state.sequence();

    for (int i = 0; i < 5_000; i++) {
      world.later(Duration.ofMinutes(1));
      restarts(world, i, Phase.BACKOFF, "exit code 1 after " + i + " s\nline " + i);
    }

    // 1, 2, 4, 8 and so on.
    assertThat(world.state.sequence() - before).isEqualTo(13);
    assertThat(world.state.instances().values())
        .extracting(instance -> instance.restarts().times())
        .containsExactly(4_096);
  }

  @Test
  void anotherReasonIsWrittenButNotEachTimeThatTwoTakeTurns() {
    World world = World.aReady();
    for (int i = 0; i < 8; i++) {
      restarts(world, i, Phase.BACKOFF, "exit code 1");
    }
    long before = world.state.sequence();

    world.later(World.POLICY.restartHold());
    assertThat(restarts(world, 8, Phase.BACKOFF, "killed for its memory").events()).hasSize(1);
    for (int i = 9; i < 14; i++) {
      world.later(Duration.ofSeconds(20));
      restarts(world, i, Phase.BACKOFF, i % 2 == 0 ? "exit code 1" : "killed for its memory");
    }

    assertThat(world.state.sequence() - before).isEqualTo(1);
  }

  @Test
  void aMachineThatCountsAnewIsFollowed() {
    World world = World.aReady();
    for (int i = 0; i < 8; i++) {
      restarts(world, i, Phase.BACKOFF, "exit code 1");
    }

    assertThat(
            only(restarts(world, 0, Phase.BACKOFF, "exit code 1"), EngineRestarted.class).times())
        .isEqualTo(1);
  }

  private static Plan restarts(World world, int times, Phase phase, String reason) {
    return restarts(world, times, phase, Optional.of(reason));
  }

  private static Plan restarts(World world, int times, Phase phase) {
    return restarts(world, times, phase, Optional.empty());
  }

  private static Plan restarts(World world, int times, Phase phase, Optional<String> reason) {
    InstanceReport report =
        Reports.restarted(Reports.instance(world.only(), phase, times + 2), times, reason);
    world.says(Reports.of("m1").with(report));
    return world.look();
  }

  private static Verdict verdict(Grounds grounds, String machine) {
    return grounds.weighed().stream()
        .filter(verdict -> verdict.machine().value().equals(machine))
        .findFirst()
        .orElseThrow();
  }

  private static <T extends ModelEvent> T only(Plan plan, Class<T> kind) {
    List<T> found = plan.events().stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
