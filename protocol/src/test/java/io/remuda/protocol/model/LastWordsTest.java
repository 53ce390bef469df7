package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LastWordsTest {

  private static final String HUNDRED =
      "it ended\n"
          + IntStream.rangeClosed(1, 100)
              .mapToObj(i -> "line " + i)
              .collect(Collectors.joining("\n"));

  @Test
  void whatFitsIsLeftAsItIs() {
    assertThat(LastWords.within(HUNDRED, 100, 8_000)).isEqualTo(HUNDRED);
  }

  @Test
  void keepsWhatHappenedAndTheNewestLines() {
    assertThat(LastWords.within(HUNDRED, 2, 8_000).lines())
        .containsExactly("it ended", "...", "line 99", "line 100");
    assertThat(LastWords.within(HUNDRED, 200).lines())
        .startsWith("it ended", "...")
        .endsWith("line 99", "line 100");
  }

  @Test
  void cutsALongLineNotInsideACharacter() {
    String cut = LastWords.within("ä".repeat(1_000), 200);

    assertThat(cut).matches("ä+\\.\\.\\.");
    assertThat(cut.getBytes(StandardCharsets.UTF_8).length).isBetween(190, 200);
  }

  @Test
  void manyReasonsShareOneMessage() {
    assertThat(LastWords.share(0)).isEqualTo(LastWords.REPORTED_BYTES);
    assertThat(LastWords.share(1)).isEqualTo(LastWords.REPORTED_BYTES);
    assertThat(100 * LastWords.share(100)).isLessThanOrEqualTo(LastWords.MESSAGE_BYTES);
  }

  /** Something bad never happens: a reason larger than the place that it goes to. */
  @Property
  void neverExceedsItsBytes(
      @ForAll String reason,
      @ForAll @IntRange(min = 0, max = 60) int lines,
      @ForAll @IntRange(min = 200, max = 400) int bytes,
      @ForAll @IntRange(min = 1, max = 40) int times) {
    String cut = LastWords.within(reason.repeat(times), lines, bytes);

    assertThat(cut.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(bytes);
  }
}
