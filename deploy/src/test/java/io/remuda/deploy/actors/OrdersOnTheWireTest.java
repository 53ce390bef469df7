package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.actors.ScriptedEngines.Plot;
import io.remuda.deploy.actors.Wire.Weather;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StartReply;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Commands to machines that come twice, late, and after what was decided since. That no epoch
 * starts anything twice and none that is past is obeyed is judged in each play.
 */
@Tag("actors")
class OrdersOnTheWireTest {

  private static final Theatre THEATRE = new Theatre("orders");
  private static final int SEEDS = 3;
  private static final Duration LOADING = Duration.ofSeconds(10);
  private static final Duration ANSWERED = Duration.ofMinutes(2);

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void aStartThatComesTwiceStartsOnce() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(2, 4_000);
          stage
              .wire()
              .bend(
                  StartInstance.class,
                  () -> List.of(seconds(stage, 1), seconds(stage, 5), seconds(stage, 40)));
          stage.operator().deploy("demo", 2);
          stage.passes(Duration.ofSeconds(60));

          stage.finish();

          assertThat(machines.stream().mapToLong(one -> one.engines().starts()).sum()).isEqualTo(2);
        });
  }

  @Test
  void anAnswerThatIsLateOrNeverComesChangesNothing() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(2, 4_000);
          stage
              .wire()
              .bend(
                  StartReply.class,
                  () -> stage.chance(0.5) ? List.of() : List.of(seconds(stage, 60)));
          stage.operator().deploy("demo", 2);
          stage.passes(Duration.ofSeconds(70));

          stage.finish();

          assertThat(machines.stream().mapToLong(one -> one.engines().starts()).sum()).isEqualTo(2);
        });
  }

  @Test
  void aStartThatComesAfterItsStopIsNotObeyed() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = stage.machines(1, 4_000).get(0);
          stage
              .wire()
              .bend(
                  StartInstance.class,
                  () -> List.of(Duration.ofSeconds(20).plus(seconds(stage, 20))));
          stage.operator().deploy("demo", 1);
          stage.passes(Duration.ofSeconds(3).plus(seconds(stage, 10)));
          stage.operator().remove("demo");
          stage.passes(Duration.ofSeconds(60));

          stage.finish();

          assertThat(machine.engines().starts()).isZero();
        });
  }

  @Test
  void whatIsRemovedWhileItStartsIsGone() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(2, 4_000);
          machines.forEach(one -> one.engines().plot(id -> Plot.readyAfter(LOADING)));
          stage.wire().weather(Weather.FOUL);
          stage.operator().deploy("demo", 3);
          stage.until("it is declared", ANSWERED, stage.operator()::isContent);
          stage.passes(seconds(stage, 15));
          stage.operator().remove("demo");
          stage.passes(seconds(stage, 30));

          stage.finish();

          assertThat(machines).allMatch(one -> one.engines().running().isEmpty());
        });
  }

  @Test
  void whatStartsOnAMachineThatIsDrainedStartsElsewhere() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> machines = stage.machines(3, 2_000);
          machines.forEach(one -> one.engines().plot(id -> Plot.readyAfter(LOADING)));
          stage.operator().deploy("demo", 3);
          stage.passes(seconds(stage, 15));
          Machine drained = machines.get(stage.random().nextInt(machines.size()));
          stage.operator().drain(drained);
          stage.passes(Duration.ofSeconds(60));

          stage.finish();

          assertThat(drained.engines().running()).isEmpty();
          assertThat(stage.ready("demo")).isEqualTo(3);
        });
  }

  @Test
  void aStopThatComesTwiceAndLateEndsNothingElse() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          stage.machines(2, 4_000);
          stage.operator().deploy("demo", 2);
          stage.until("both are ready", LOADING, () -> stage.ready("demo") == 2);
          stage
              .wire()
              .bend(StopInstance.class, () -> List.of(seconds(stage, 3), seconds(stage, 50)));
          stage.operator().scale("demo", 0);
          stage.passes(seconds(stage, 10));
          stage.operator().scale("demo", 2);
          stage.passes(Duration.ofSeconds(60));

          stage.finish();

          assertThat(stage.records().state(new ModelName("demo")).instances()).hasSize(2);
        });
  }

  private static Duration seconds(Stage stage, int most) {
    return stage.upTo(Duration.ofSeconds(most));
  }
}
