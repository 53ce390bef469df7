package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.actors.ScriptedEngines.Fall;
import io.remuda.deploy.actors.ScriptedEngines.Plot;
import io.remuda.node.instance.InstanceSettings;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Engines that die and hang end as the restart policy says, in the time that it says. */
@Tag("actors")
class FailingEnginesTest {

  private static final Theatre THEATRE = new Theatre("engines");
  private static final int SEEDS = 5;
  private static final ModelName DEMO = new ModelName("demo");
  private static final InstanceSettings SETTINGS = InstanceSettings.from(Theatre.CONFIG);
  private static final Duration LOADING = Duration.ofSeconds(2);
  private static final Duration HOUR = Duration.ofHours(1);

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void anEngineThatDiesEachTimeIsGivenUpAfterSoManyStarts() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = stage.machines(1, 1_500).get(0);
          Map<InstanceId, Integer> starts = new HashMap<>();
          machine
              .engines()
              .plot(
                  id -> {
                    starts.merge(id, 1, Integer::sum);
                    return Plot.whileLoading(LOADING, Fall.EXITS);
                  });
          stage.operator().deploy("demo", 1);
          stage.until("its first instance starts", LOADING, () -> !starts.isEmpty());
          InstanceId first = starts.keySet().iterator().next();

          stage.until(
              "it is given up",
              longestLife(),
              () -> stage.records().state(DEMO).failures().count() == 1);

          assertThat(starts.get(first)).isEqualTo(SETTINGS.restart().giveUpAfter());
          machine.engines().plot(id -> Plot.readyAfter(LOADING));
          stage.finish();
          assertThat(stage.ready(DEMO)).doesNotContain(first).hasSize(1);
        });
  }

  /** All its starts, and the longest pause that there may be after each. */
  private static Duration longestLife() {
    Duration life = Duration.ofSeconds(2);
    Duration pause = SETTINGS.restart().firstPause();
    Duration step = LOADING.plus(Duration.ofMillis(200));
    for (int i = 0; i < SETTINGS.restart().giveUpAfter(); i++) {
      life = life.plus(step).plus(pause);
      Duration twice = pause.multipliedBy(2);
      Duration most = SETTINGS.restart().longestPause();
      pause = twice.compareTo(most) < 0 ? twice : most;
    }
    return life;
  }

  @Test
  void whatDoesNotFitIsGivenUpThereAtOnceAndRunsElsewhere() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          List<Machine> two = stage.machines(2, 1_500);
          for (Machine machine : two) {
            machine
                .engines()
                .plot(
                    id ->
                        starts(two) == 1
                            ? Plot.whileLoading(LOADING, Fall.OUT_OF_MEMORY)
                            : Plot.readyAfter(LOADING));
          }
          stage.operator().deploy("demo", 1);

          stage.until(
              "it runs on the other machine",
              Duration.ofSeconds(20),
              () -> stage.ready("demo") == 1);

          assertThat(two).allSatisfy(each -> assertThat(each.engines().starts()).isEqualTo(1));
          assertThat(stage.records().state(DEMO).fit().unfit()).hasSize(1);
          assertThat(stage.records().state(DEMO).failures().count()).isZero();
          stage.finish();
        });
  }

  private static long starts(List<Machine> machines) {
    return machines.stream().mapToLong(machine -> machine.engines().starts()).sum();
  }

  @Test
  void anEngineThatRecoversServesUnderItsOldName() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = stage.machines(1, 1_500).get(0);
          int deaths = 1 + stage.random().nextInt(4);
          machine
              .engines()
              .plot(
                  id ->
                      machine.engines().starts() <= deaths
                          ? Plot.readyAfter(LOADING)
                              .thenAfter(stage.upTo(Duration.ofSeconds(3)), Fall.EXITS)
                          : Plot.readyAfter(LOADING));
          stage.operator().deploy("demo", 1);

          stage.until(
              "it has died and runs again",
              HOUR,
              () -> machine.engines().starts() == deaths + 1 && stage.ready("demo") == 1);

          InstanceReport report = machine.instances().get(0);
          assertThat(report.restarts()).isEqualTo(deaths);
          stage.finish();
          assertThat(stage.ready(DEMO)).containsExactly(report.id());
        });
  }

  @Test
  void anEngineThatHangsIsKilledAndStartedAgain() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = stage.machines(1, 1_500).get(0);
          machine
              .engines()
              .plot(
                  id ->
                      machine.engines().starts() == 1
                          ? Plot.readyAfter(LOADING)
                              .thenAfter(stage.upTo(Duration.ofSeconds(30)), Fall.HANGS)
                          : Plot.readyAfter(LOADING));
          stage.operator().deploy("demo", 1);
          stage.until("it is ready", Duration.ofSeconds(10), () -> stage.ready("demo") == 1);

          Duration seen =
              SETTINGS.watchInterval().multipliedBy(SETTINGS.watchFailures() + 1L).plusSeconds(31);
          stage.until("it is killed", seen, () -> stage.ready("demo") == 0);
          stage.until("it is ready again", Duration.ofSeconds(10), () -> stage.ready("demo") == 1);

          assertThat(machine.engines().starts()).isEqualTo(2);
          stage.finish();
        });
  }

  @Test
  void anEngineThatNeverProvesItselfIsKilledAtTheLimit() {
    THEATRE.plays(
        3,
        stage -> {
          Machine machine = stage.machines(1, 1_500).get(0);
          machine
              .engines()
              .plot(
                  id ->
                      machine.engines().starts() == 1
                          ? Plot.neverReady()
                          : Plot.readyAfter(LOADING));
          stage.operator().deploy("demo", 1);

          stage.until(
              "it is killed",
              SETTINGS.startLimit().plusSeconds(5),
              // The pause before the next start may be short.
              () -> !machine.in(Phase.BACKOFF).isEmpty() || machine.engines().starts() == 2);

          stage.finish();
          assertThat(machine.engines().starts()).isEqualTo(2);
        });
  }
}
