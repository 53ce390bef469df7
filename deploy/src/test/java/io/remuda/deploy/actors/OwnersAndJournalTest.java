package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.actors.JournalScript.Fate;
import io.remuda.deploy.actors.Wire.Weather;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Owners of names that end between what they write and what follows from it, and a journal that
 * refuses, fails, and writes without saying so.
 */
@Tag("actors")
class OwnersAndJournalTest {

  private static final Theatre THEATRE = new Theatre("owners");
  private static final int SEEDS = 4;
  private static final Duration ANSWERED = Duration.ofMinutes(2);
  private static final ModelName DEMO = new ModelName("demo");

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void anOwnerThatEndsBeforeItActsOnWhatItWroteIsFollowedByOneThatDoes() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          stage.machines(3, 4_000);
          // An owner ends while it waits for the journal's word.
          stage.records().slow(Duration.ofMillis(50));
          endsNowAndThen(stage);
          stage.operator().deploy("demo", 1 + stage.random().nextInt(4));
          stage.passes(stage.upTo(Duration.ofSeconds(20)));
          stage.operator().scale("demo", 1 + stage.random().nextInt(4));
          stage.passes(stage.upTo(Duration.ofSeconds(20)));

          stage.finish();
        });
  }

  @Test
  void aRegistryNodeThatDiesAndComesBackGoesOn() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          stage.machines(3, 4_000);
          stage.wire().weather(Weather.FOUL);
          stage.records().slow(Duration.ofMillis(50));
          stage.operator().deploy("demo", 3);
          for (int i = 0; i < 3; i++) {
            stage.passes(stage.upTo(Duration.ofSeconds(6)));
            stage.registry().crash();
            stage.passes(stage.upTo(Duration.ofSeconds(10)));
            stage.registry().start();
          }
          stage.operator().scale("demo", 1 + stage.random().nextInt(4));
          stage.passes(stage.upTo(Duration.ofSeconds(10)));

          stage.finish();
        });
  }

  @Test
  void aChangeIsRefusedOrDoneWhateverTheJournalDoes() {
    THEATRE.plays(
        SEEDS,
        stage -> {
          stage.machines(3, 4_000);
          stage.records().unreliable(0.4);
          stage.records().slow(Duration.ofMillis(200));
          stage.operator().deploy("demo", 2);
          stage.until("it is declared", ANSWERED, stage.operator()::isContent);
          stage.passes(stage.upTo(Duration.ofSeconds(15)));
          stage.operator().scale("demo", 1 + stage.random().nextInt(4));
          stage.operator().deploy("other", 1);
          stage.passes(stage.upTo(Duration.ofSeconds(15)));

          stage.finish();

          assertThat(stage.operator().answers())
              .filteredOn(reply -> reply.refused().isPresent())
              .allMatch(reply -> code(reply) == ErrorCode.STORE_UNAVAILABLE);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILED", "REFUSED"})
  void aWriteThatIsNotDoneIsAnErrorAndNothingComesOfIt(Fate fate) {
    THEATRE.plays(
        3,
        stage -> {
          Machine machine = stage.machines(1, 4_000).get(0);
          stage.records().next(fate);
          stage.operator().deploy("demo", 1);
          stage.until(
              "it is answered", Duration.ofSeconds(4), () -> !stage.operator().answers().isEmpty());

          assertThat(code(stage.operator().answers().get(0)))
              .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
          assertThat(stage.records().state(DEMO).sequence()).isZero();
          assertThat(machine.engines().starts()).isZero();
          // The operator asks again.
          stage.finish();
          assertThat(stage.ready("demo")).isEqualTo(1);
        });
  }

  @Test
  void whatIsWrittenThoughTheJournalFailedIsDone() {
    THEATRE.plays(
        3,
        stage -> {
          stage.machines(1, 4_000);
          stage.records().next(Fate.KEPT_AND_FAILED);
          stage.operator().deploy("demo", 1);
          stage.until("it runs", Duration.ofSeconds(20), () -> stage.ready("demo") == 1);

          stage.finish();

          assertThat(code(stage.operator().answers().get(0)))
              .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        });
  }

  private static ErrorCode code(Reply reply) {
    return reply.refused().map(Refused::code).orElseThrow();
  }

  /** Until it is calm, each write of the name may be its writer's last. */
  private static void endsNowAndThen(Stage stage) {
    stage
        .records()
        .onceKept(
            () -> {
              endsNowAndThen(stage);
              if (stage.chance(0.4)) {
                stage.registry().end(DEMO);
              }
            });
  }
}
