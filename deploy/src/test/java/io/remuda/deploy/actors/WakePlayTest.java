package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.RegistryProtocol.Wanted;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Names that fall asleep when nobody asks for them, and wake when somebody does. */
@Tag("actors")
class WakePlayTest {

  private static final Theatre THEATRE = new Theatre("wake");
  private static final int SEEDS = 4;
  private static final ModelName DEMO = new ModelName("demo");
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int REQUESTS = 50;

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void manyRequestsAtTwoGatewaysStartOneInstance() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = asleep(stage);
          long before = starts(machines);

          wantedUntilReady(stage);

          assertThat(starts(machines)).isEqualTo(before + 1);
          assertThat(stage.records().state(DEMO).wanted()).isEqualTo(1);
        });
  }

  @Test
  void anOwnerThatMovesAsItWakesStartsOneInstanceAllTheSame() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = asleep(stage);
          long before = starts(machines);

          want(stage);
          stage.passes(stage.upTo(Duration.ofMillis(300)));
          stage.registry().end(DEMO);
          wantedUntilReady(stage);

          assertThat(starts(machines)).isEqualTo(before + 1);
        });
  }

  @Test
  void itFallsAsleepAgainAndNothingIsLeft() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = asleep(stage);
          wantedUntilReady(stage);

          stage.until("it sleeps again", SOON, () -> isAsleep(stage, machines));
          stage.finish();
        });
  }

  @Test
  void whatAnOperatorStopsIsNotWoken() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = asleep(stage);
          long before = starts(machines);
          stage.operator().scale("demo", 0);
          stage.until("it is stopped", SOON, stage.operator()::isContent);

          for (int i = 0; i < 10; i++) {
            want(stage);
            stage.passes(Duration.ofSeconds(1));
          }

          assertThat(starts(machines)).isEqualTo(before);
          stage.finish();
        });
  }

  /** A deployment that has had an instance and sleeps since. */
  private static List<Machine> asleep(Stage stage) {
    List<Machine> machines = stage.machines(2, 4_000);
    Scaling scaling = new Scaling(0, 3, Optional.of(IDLE), 1, Optional.empty());
    stage
        .operator()
        .deploy(
            ModelSpec.of(DEMO, ScriptedEngines.ENGINE, Optional.empty())
                .withPolicies(new Policies(Optional.of(scaling), RolloutWish.DEFAULT)));
    stage.until("it is ready", SOON, () -> stage.ready("demo") == 1);
    stage.until("it sleeps", SOON, () -> isAsleep(stage, machines));
    return machines;
  }

  private static boolean isAsleep(Stage stage, List<Machine> machines) {
    return stage.records().state(DEMO).sleeps()
        && stage.records().state(DEMO).instances().isEmpty()
        && machines.stream().allMatch(machine -> machine.engines().running().isEmpty());
  }

  private static long starts(List<Machine> machines) {
    return machines.stream().mapToLong(machine -> machine.engines().starts()).sum();
  }

  /** Requests arrive at two gateways, which say it at once and then each second. */
  private static void wantedUntilReady(Stage stage) {
    for (int i = 0; i < REQUESTS; i++) {
      want(stage);
    }
    for (int i = 0; i < SOON.toSeconds() && stage.ready("demo") == 0; i++) {
      want(stage);
      stage.passes(Duration.ofSeconds(1));
    }
    assertThat(stage.ready("demo")).isEqualTo(1);
  }

  private static void want(Stage stage) {
    for (int gateway = 0; gateway < 2; gateway++) {
      stage.registry().tell(DEMO, new Wanted(DEMO, REQUESTS / 2));
    }
  }
}
