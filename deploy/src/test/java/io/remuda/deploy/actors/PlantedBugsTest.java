package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.actors.JournalScript.Fate;
import io.remuda.deploy.check.Invariant;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the plays are worth: a journal that is wrong is found, by what it breaks. */
@Tag("actors")
class PlantedBugsTest {

  private static final Theatre THEATRE = new Theatre("planted");
  private static final int SEEDS = 20;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final ModelName DEMO = new ModelName("demo");

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void ordersThatLeaveBeforeTheWriteAreFound() {
    isFound(Invariant.ACT_AFTER_WRITE, Fate.TOLD_FIRST, PlantedBugsTest::starts);
  }

  @Test
  void ordersThatRestOnNothingWrittenAreFound() {
    isFound(Invariant.ACT_AFTER_WRITE, Fate.TOLD_ONLY, PlantedBugsTest::starts);
  }

  @Test
  void anAnswerThatRestsOnNothingWrittenIsFound() {
    isFound(Invariant.NOTHING_LOST, Fate.TOLD_ONLY, PlantedBugsTest::isForgotten);
  }

  private static void starts(Stage stage) {
    stage.machines(1, 4_000);
    stage.operator().deploy("demo", 1);
    stage.passes(SOON);
    stage.finish();
  }

  /** The next owner knows only what is written. */
  private static void isForgotten(Stage stage) {
    stage.operator().deploy("demo", 0);
    stage.passes(SOON);
    stage.registry().end(DEMO);
    stage.passes(SOON);
    stage.finish();
  }

  /** Some seed finds it, and without the bug the same seed finds nothing. */
  private static void isFound(Invariant broken, Fate planted, Theatre.Play play) {
    long seed =
        LongStream.rangeClosed(1, SEEDS)
            .filter(one -> failure(one, planted, play).filter(tellsOf(broken)).isPresent())
            .findFirst()
            .orElseThrow(() -> new AssertionError(broken + " was not found by any seed"));

    assertThat(failure(seed, Fate.KEPT, play)).isEmpty();
  }

  private static Predicate<String> tellsOf(Invariant broken) {
    return text -> text.contains(" %s (%s)".formatted(broken, broken.sentence()));
  }

  private static Optional<String> failure(long seed, Fate fate, Theatre.Play play) {
    try {
      THEATRE.play(
          seed,
          stage -> {
            stage.records().always(fate);
            play.play(stage);
          });
      return Optional.empty();
    } catch (AssertionError wrong) {
      return Optional.of(String.valueOf(wrong.getMessage()));
    }
  }
}
