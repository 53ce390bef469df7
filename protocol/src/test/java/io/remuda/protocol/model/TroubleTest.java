package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Trouble.LastEnd;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of an instance's trouble where there is little room for it. */
class TroubleTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final Trouble MUCH =
      new Trouble(
          900,
          100,
          IntStream.range(0, 20).mapToObj(TroubleTest::line).toList(),
          Optional.of(new LastEnd("exited with code 1\n" + "a last line\n".repeat(100), NOW)));

  @Test
  void theNewestLinesAreKeptAndWhatWasCountedStays() {
    Trouble few = MUCH.within(1_000);

    assertThat(few.errors()).isEqualTo(900);
    assertThat(few.warnings()).isEqualTo(100);
    assertThat(few.lines()).isNotEmpty().hasSizeLessThan(20);
    assertThat(few.lines()).isEqualTo(MUCH.lines().subList(0, few.lines().size()));
    assertThat(few.lastEnd().orElseThrow().words()).startsWith("exited with code 1\n...");
    assertThat(text(few)).isLessThanOrEqualTo(1_000);
  }

  @Test
  void whatHasRoomIsLeftAsItIs() {
    Trouble small = new Trouble(1, 0, List.of(line(1)), Optional.empty());

    assertThat(small.within(Trouble.share(1))).isEqualTo(small);
  }

  @Test
  void theTroubleOfManyInstancesHasRoomInOneMessage() {
    assertThat(40 * text(MUCH.within(Trouble.share(40)))).isLessThanOrEqualTo(24_000);
  }

  private static int text(Trouble trouble) {
    return trouble.lines().stream().mapToInt(line -> line.text().length()).sum()
        + trouble.lastEnd().map(end -> end.words().length()).orElse(0);
  }

  private static Line line(int number) {
    return new Line(Level.ERROR, "kind %d: ".formatted(number) + "x".repeat(90), 45, NOW);
  }
}
