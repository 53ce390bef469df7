package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.RegistryProtocol.Wanted;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two names and one place: the one that is asked for takes it from the one that is idle. */
@Tag("actors")
class SwapPlayTest {

  private static final Theatre THEATRE = new Theatre("swap");
  private static final int SEEDS = 3;
  private static final int TURNS = 4;
  private static final ModelName CHAT = new ModelName("chat");
  private static final ModelName CODE = new ModelName("code");
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long ROOM_FOR_ONE =
      ScriptedEngines.CLAIM.memoryMiB() + ScriptedEngines.CLAIM.memoryMiB() / 2;
  private static final Optional<Scaling> SLEEPER =
      Optional.of(new Scaling(0, 1, Optional.of(Duration.ofMinutes(30)), 1, Optional.empty()));

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void twoThatMaySleepTakeTurns() {
    takeTurns(SLEEPER);
  }

  @Test
  void twoWithReplicasTakeTurns() {
    takeTurns(Optional.empty());
  }

  private static void takeTurns(Optional<Scaling> scaling) {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = chatHasThePlace(stage, scaling, Keep.DEFAULT);

          for (int turn = 1; turn <= TURNS; turn++) {
            wantedUntilReady(stage, turn % 2 == 1 ? CODE : CHAT);
          }

          assertThat(machine.engines().starts()).isEqualTo(TURNS + 1);
          assertThat(machine.engines().most()).as("engines at one moment").isEqualTo(1);
          finish(stage, CODE);
        });
  }

  @Test
  void ownersThatMoveMeanwhileDelayItAtMost() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = chatHasThePlace(stage, Optional.empty(), Keep.DEFAULT);
          stage.passes(Duration.ofSeconds(12));

          want(stage, CODE);
          stage.passes(stage.upTo(Duration.ofMillis(300)));
          stage.registry().end(CHAT);
          stage.passes(stage.upTo(Duration.ofMillis(300)));
          stage.registry().end(CODE);
          wantedUntilReady(stage, CODE);

          assertThat(machine.engines().starts()).isEqualTo(2);
          assertThat(machine.engines().most()).isEqualTo(1);
          finish(stage, CHAT);
        });
  }

  @Test
  void aPinnedOneKeepsItsPlaceHoweverLongTheOtherIsAskedFor() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = chatHasThePlace(stage, SLEEPER, new Keep(true, 0));

          for (int i = 0; i < SOON.toSeconds(); i++) {
            want(stage, CODE);
            stage.passes(Duration.ofSeconds(1));
          }

          assertThat(machine.engines().starts()).isEqualTo(1);
          assertThat(stage.ready("chat")).isEqualTo(1);
        });
  }

  @Test
  void withoutRequestsNobodyTakesAnEqualsPlace() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          Machine machine = chatHasThePlace(stage, Optional.empty(), Keep.DEFAULT);

          stage.passes(SOON);

          assertThat(machine.engines().starts()).isEqualTo(1);
          assertThat(stage.ready("chat")).isEqualTo(1);
        });
  }

  /** At rest all is as it is wished, so nobody wishes for the one that has no place. */
  private static void finish(Stage stage, ModelName without) {
    stage.operator().scale(without.value(), 0);
    stage.finish();
  }

  /** A machine with room for one, which chat has; code is deployed too. */
  private static Machine chatHasThePlace(Stage stage, Optional<Scaling> scaling, Keep keep) {
    Machine machine = stage.machines(1, ROOM_FOR_ONE).get(0);
    deploy(stage, CHAT, scaling, keep);
    stage.until("chat is ready", SOON, () -> stage.ready("chat") == 1);
    deploy(stage, CODE, scaling, Keep.DEFAULT);
    stage.until("code is deployed", SOON, stage.operator()::isContent);
    return machine;
  }

  private static void deploy(Stage stage, ModelName name, Optional<Scaling> scaling, Keep keep) {
    stage
        .operator()
        .deploy(
            ModelSpec.of(name, ScriptedEngines.ENGINE, Optional.empty())
                .withPolicies(new Policies(scaling, RolloutWish.DEFAULT, keep, Set.of())));
  }

  /** A gateway says each second that a request waits, until there is an instance for it. */
  private static void wantedUntilReady(Stage stage, ModelName name) {
    for (int i = 0; i < SOON.toSeconds() && stage.ready(name.value()) == 0; i++) {
      want(stage, name);
      stage.passes(Duration.ofSeconds(1));
    }
    assertThat(stage.ready(name.value())).as("instances of " + name).isEqualTo(1);
  }

  private static void want(Stage stage, ModelName name) {
    stage.registry().tell(name, new Wanted(name, 1));
  }
}
