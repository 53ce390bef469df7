package io.remuda.node.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StopTextsTest {

  private static List<String> handedOut(List<String> stops, int most, String... pieces) {
    Generation generation =
        new Generation(
            Stream.of(pieces).iterator(),
            new ChatRequests.Chat(
                List.of(),
                new ChatModel.Sampling(0, OptionalLong.empty()),
                most,
                stops,
                true,
                false),
            0);
    List<String> out = new ArrayList<>();
    while (generation.advance()) {
      out.add(generation.piece());
    }
    out.add(generation.finish());
    return out;
  }

  @Test
  void nothingOfAStopTextThatSpansPiecesIsHandedOut() {
    assertThat(handedOut(List.of("only chain"), 9, "I", " only", " ch", "ain words"))
        .containsExactly("I", " ", "stop");
  }

  @Test
  void whatOnlyBeganLikeAStopTextIsHandedOutOnceThatIsSure() {
    assertThat(handedOut(List.of("only chain"), 9, "I", " only", " I", " chain"))
        .containsExactly("I", " ", "only I", " chain", "stop");
  }

  @Test
  void whatIsHeldBackAtTheEndIsHandedOutThen() {
    assertThat(handedOut(List.of("end!"), 9, "the", " end"))
        .containsExactly("th", "e ", "end", "stop");
    assertThat(handedOut(List.of("xyz"), 2, "a", " x", "y"))
        .containsExactly("a", " ", "x", "length");
  }

  @Test
  void theStopTextThatComesFirstCounts() {
    assertThat(handedOut(List.of("c", "b"), 9, "abc")).containsExactly("a", "stop");
  }

  @Test
  void anOverlappingBeginningIsFound() {
    assertThat(handedOut(List.of("aab"), 9, "a", "a", "a", "b", "c")).containsExactly("a", "stop");
  }
}
