package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.EngineExit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is said of an engine that has ended. */
class KeptEngineTest {

  @Test
  void theReasonHoldsTheLastFiftyLines() {
    String words = words(IntStream.rangeClosed(1, 50).mapToObj(i -> "line " + i).toList());

    assertThat(words.lines()).hasSize(51);
    assertThat(words)
        .startsWith("the engine exited with code 3; its last words: line 50\nline 1\n");
    assertThat(words).endsWith("line 49\nline 50");
  }

  @Test
  void theOldestOfLinesThatAreTooLongAreLeftOut() {
    String words = words(IntStream.rangeClosed(1, 50).mapToObj(i -> "x".repeat(990) + i).toList());

    assertThat(words.getBytes(StandardCharsets.UTF_8).length).isBetween(6_000, 8_000);
    assertThat(words.lines().skip(1).findFirst()).contains("...");
    assertThat(words).endsWith("x50");
  }

  private static String words(List<String> lines) {
    return KeptEngine.ending(
            new EngineExit(OptionalInt.of(3), false, false, OptionalLong.empty(), lines))
        .words();
  }
}
