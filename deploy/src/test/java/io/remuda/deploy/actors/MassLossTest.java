package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** So many machines fall silent at once that the network is to blame: the brake, by real actors. */
@Tag("actors")
class MassLossTest {

  private static final Theatre THEATRE = new Theatre("mass-loss");
  private static final int SEEDS = 3;
  private static final int MACHINES = 6;
  private static final int SILENT = 4;
  private static final ModelName DEMO = new ModelName("demo");
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration LOST = Theatre.CONFIG.getDuration("remuda.liveness.lost-after");
  private static final Duration HOLD = Theatre.CONFIG.getDuration("remuda.liveness.brake.hold");

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void nothingIsPlacedElsewhereAndWhatComesBackGoesOn() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(MACHINES, 4_000);
          Set<InstanceId> before = deployed(stage);
          List<Machine> silent = cut(stage, machines);

          stage.passes(LOST.multipliedBy(2).plus(stage.upTo(LOST)));

          assertThat(stage.records().state(DEMO).instances().keySet()).isEqualTo(before);
          silent.forEach(machine -> stage.wire().join(machine.id().value()));
          stage.finish();
          assertThat(new TreeSet<>(stage.ready(DEMO))).isEqualTo(before);
          assertThat(starts(machines)).isEqualTo(MACHINES);
        });
  }

  @Test
  void whatStaysAwayForLongerThanTheBrakeHoldsIsPlacedElsewhere() {
    THEATRE.plays(
        1,
        stage -> {
          List<Machine> machines = stage.machines(MACHINES, 10_000);
          deployed(stage);
          List<Machine> silent = cut(stage, machines);

          stage.passes(HOLD.plus(LOST).plus(SOON));

          assertThat(running(machines, silent)).isEqualTo(MACHINES);
          silent.forEach(machine -> stage.wire().join(machine.id().value()));
          stage.finish();
        });
  }

  /** As many instances as there are machines. */
  private static Set<InstanceId> deployed(Stage stage) {
    stage.operator().deploy("demo", MACHINES);
    stage.until("all are ready", SOON, () -> stage.ready("demo") == MACHINES);
    // The journal is to say so too.
    stage.passes(Duration.ofSeconds(2));
    return new TreeSet<>(stage.ready(DEMO));
  }

  private static List<Machine> cut(Stage stage, List<Machine> machines) {
    List<Machine> silent = machines.subList(0, SILENT);
    assertThat(silent).as("something runs there").anyMatch(one -> !one.instances().isEmpty());
    silent.forEach(machine -> stage.wire().cut(machine.id().value()));
    return silent;
  }

  private static long running(List<Machine> machines, List<Machine> silent) {
    return machines.stream()
        .filter(one -> !silent.contains(one))
        .mapToLong(one -> one.engines().running().size())
        .sum();
  }

  private static long starts(List<Machine> machines) {
    return machines.stream().mapToLong(one -> one.engines().starts()).sum();
  }
}
