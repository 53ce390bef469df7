package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine whose clock is an hour off serves as the others do: nobody compares wall clocks. */
@Tag("actors")
class OtherClocksTest {

  private static final Theatre THEATRE = new Theatre("clocks");
  private static final int SEEDS = 3;
  private static final ModelName DEMO = new ModelName("demo");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LOST = Theatre.CONFIG.getDuration("remuda.liveness.lost-after");

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void itIsGivenWorkKeepsItAndLosesItLikeTheOthers(int hours) {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(2, 2_000);
          machines.get(0).setsClock(Duration.ofHours(hours));
          stage.operator().deploy("demo", 4);
          stage.until("all are ready", SOON, () -> stage.ready("demo") == 4);
          stage.passes(LOST.multipliedBy(2));
          assertThat(starts(machines)).as("nothing moved").isEqualTo(4);

          stage.operator().scale("demo", 1);
          stage.passes(SOON);
          stage.operator().scale("demo", 4);

          stage.finish();
          assertThat(stage.ready("demo")).isEqualTo(4);
        });
  }

  /** What is set back while it is down must not make its next life the older one. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void itIsSetWhileItsAgentIsAway(int hours) {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = stage.machines(1, 4_000).get(0);
          stage.operator().deploy("demo", 1);
          stage.until("it is ready", SOON, () -> stage.ready("demo") == 1);
          InstanceId id = stage.ready(DEMO).get(0);
          stage.passes(SOON);

          machine.crash();
          machine.setsClock(Duration.ofHours(hours));
          stage.passes(stage.upTo(Duration.ofSeconds(5)));
          machine.start();
          stage.passes(LOST.plus(SOON));

          assertThat(stage.ready(DEMO)).containsExactly(id);
          assertThat(machine.engines().starts()).isEqualTo(1);
          stage.operator().remove("demo");
          stage.finish();
          assertThat(machine.engines().running()).isEmpty();
        });
  }

  private static long starts(List<Machine> machines) {
    return machines.stream().mapToLong(one -> one.engines().starts()).sum();
  }
}
