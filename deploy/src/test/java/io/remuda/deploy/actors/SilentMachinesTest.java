package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Machines that nobody hears for a while, and agents that die and come back to their engines. */
@Tag("actors")
class SilentMachinesTest {

  private static final Theatre THEATRE = new Theatre("silence");
  private static final int SEEDS = 4;
  private static final ModelName DEMO = new ModelName("demo");
  private static final Duration SUSPECT =
      Theatre.CONFIG.getDuration("remuda.liveness.suspect-after");
  private static final Duration LOST = Theatre.CONFIG.getDuration("remuda.liveness.lost-after");
  private static final Duration SOON = Duration.ofSeconds(20);

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void whatIsSuspectAndComesBackIsKept() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine holder = deployed(stage);
          InstanceId id = stage.ready(DEMO).get(0);
          stage.wire().cut(holder.id().value());
          stage.passes(SUSPECT.plusSeconds(2));

          assertThat(stage.operator().phase(DEMO)).contains(Phase.SUSPECT);

          // The last look at it was a second ago, and the next one is a second away.
          stage.passes(stage.upTo(LOST.minus(SUSPECT).minusSeconds(5)));
          stage.wire().join(holder.id().value());
          stage.finish();
          assertThat(stage.ready(DEMO)).containsExactly(id);
          assertThat(holder.engines().starts()).isEqualTo(1);
        });
  }

  @Test
  void whatIsLostRunsElsewhereAndIsStoppedWhenItComesBack() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine holder = deployed(stage);
          InstanceId id = stage.ready(DEMO).get(0);
          stage.wire().cut(holder.id().value());
          stage.passes(LOST.plus(SOON).plus(stage.upTo(SOON)));

          assertThat(stage.records().state(DEMO).instances()).doesNotContainKey(id).hasSize(1);
          assertThat(holder.engines().running()).as("nobody could tell it").containsExactly(id);
          assertThat(stage.ready("demo")).isEqualTo(2);

          stage.wire().join(holder.id().value());
          stage.finish();
          assertThat(holder.engines().running()).isEmpty();
          assertThat(stage.ready("demo")).isEqualTo(1);
        });
  }

  @Test
  void silenceOfAnyLengthLeavesWhatIsWished() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(3, 2_000);
          stage.operator().deploy("demo", 4);
          for (int i = 0; i < 3; i++) {
            stage.passes(stage.upTo(SOON));
            String part = machines.get(stage.random().nextInt(machines.size())).id().value();
            stage.wire().cut(part);
            stage.passes(stage.upTo(LOST.multipliedBy(2)));
            stage.wire().join(part);
          }

          stage.finish();
        });
  }

  @Test
  void anAgentThatDiesComesBackToItsEngine() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine holder = deployed(stage);
          InstanceId id = stage.ready(DEMO).get(0);
          holder.crash();
          stage.passes(stage.upTo(LOST.minusSeconds(5)));
          holder.start();

          stage.finish();
          assertThat(stage.ready(DEMO)).containsExactly(id);
          assertThat(holder.engines().starts()).isEqualTo(1);
        });
  }

  @Test
  void anAgentThatDiesWhileAnEngineStartsLeavesNoSecondOne() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(2, 4_000);
          stage.operator().deploy("demo", 3);
          for (int i = 0; i < 3; i++) {
            stage.passes(stage.upTo(Duration.ofSeconds(4)));
            Machine dying = machines.get(stage.random().nextInt(machines.size()));
            dying.crash();
            stage.passes(stage.upTo(SOON));
            dying.start();
          }

          stage.finish();
        });
  }

  /** The machine, of two, that runs the only instance. */
  private static Machine deployed(Stage stage) {
    List<Machine> machines = stage.machines(2, 4_000);
    stage.operator().deploy("demo", 1);
    stage.until("it is ready", SOON, () -> stage.ready("demo") == 1);
    Optional<Machine> holder =
        machines.stream().filter(one -> !one.in(Phase.READY).isEmpty()).findFirst();
    // The journal is to say so too.
    stage.passes(Duration.ofSeconds(2));
    return holder.orElseThrow();
  }
}
