package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.LogNews.Wrong;
import io.remuda.protocol.model.Trouble;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is remembered of an engine's errors and warnings. */
class TroubleBookTest {

  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = FIRST.plusSeconds(60);
  private static final TroubleLimits LIMITS = new TroubleLimits(Duration.ofSeconds(1), 3, 40, 2);

  @Test
  void linesThatDifferInNumbersAloneAreOneKindAndCounted() {
    Trouble told =
        TroubleBook.EMPTY
            .with(List.of(error("0.01 E slot 3 | task 8: no room")), FIRST, LIMITS)
            .with(List.of(error("0.07 E slot 4 | task 9: no room")), LATER, LIMITS)
            .told();

    assertThat(told.errors()).isEqualTo(2);
    assertThat(told.lines())
        .containsExactly(new Line(Level.ERROR, "0.07 E slot 4 | task 9: no room", 2, LATER));
  }

  @Test
  void theKindThatCameLongestAgoIsForgottenAndStaysCounted() {
    Trouble told =
        TroubleBook.EMPTY
            .with(List.of(error("a"), error("b"), error("c"), error("a")), FIRST, LIMITS)
            .with(List.of(new Wrong(Level.WARNING, "d")), LATER, LIMITS)
            .told();

    assertThat(told.lines()).extracting(Line::text).containsExactly("d", "a", "c");
    assertThat(told.errors()).isEqualTo(4);
    assertThat(told.warnings()).isEqualTo(1);
  }

  @Test
  void aWarningAndAnErrorOfTheSameWordsAreTwoKinds() {
    Trouble told =
        TroubleBook.EMPTY
            .with(List.of(error("a"), new Wrong(Level.WARNING, "a")), FIRST, LIMITS)
            .told();

    assertThat(told.lines()).hasSize(2);
  }

  @Test
  void anEngineThatWritesWithoutEndTakesNoMoreRoom() {
    TroubleBook book = TroubleBook.EMPTY;
    for (int i = 0; i < 100; i++) {
      String word = "kind " + "abcdefghij".charAt(i % 10) + "z".repeat(i) + " " + "y".repeat(500);
      book = book.with(List.of(error(word)), FIRST, LIMITS);
    }

    assertThat(book.told().lines()).hasSize(3).allMatch(line -> line.text().length() == 40);
    assertThat(book.told().errors()).isEqualTo(100);
  }

  @Test
  void theLastLinesOfAnEngineThatEndedAreKeptWhenMoreGoesWrong() {
    String words =
        "exited with code 1\n"
            + String.join("\n", IntStream.range(0, 50).mapToObj(i -> "line " + i).toList());

    Trouble told =
        TroubleBook.EMPTY
            .ended(words, FIRST, LIMITS)
            .with(List.of(error("a")), LATER, LIMITS)
            .told();

    assertThat(told.lastEnd().orElseThrow().words())
        .isEqualTo("exited with code 1\n...\nline 48\nline 49");
    assertThat(told.lastEnd().orElseThrow().at()).isEqualTo(FIRST);
  }

  @Test
  void whatMovesATerminalIsNotPassedOn() {
    assertThat(
            TroubleBook.EMPTY
                .with(List.of(error("a\u001B[2Jb\u0007")), FIRST, LIMITS)
                .told()
                .lines()
                .get(0)
                .text())
        .isEqualTo("a [2Jb");
  }

  private static Wrong error(String line) {
    return new Wrong(Level.ERROR, line);
  }
}
