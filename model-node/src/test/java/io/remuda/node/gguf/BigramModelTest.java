package io.remuda.node.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BigramModelTest {
  @TempDir Path folder;

  @Test
  void knowsHowOftenAWordFollowed() {
    BigramModel model = BigramModel.of("A horse runs. A horse rests. A rider waits.");

    int horse = model.id(" horse");
    assertThat(model.logProbability(model.id(" A"), horse)).isCloseTo(Math.log(0.5), within(1e-9));
    assertThat(model.logProbability(horse, model.id(" rests")))
        .isCloseTo(Math.log(0.5), within(1e-9));
    assertThat(model.logProbability(horse, model.id(" waits"))).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void endsAParagraphAndBeginsAnotherAfterWhatItDoesNotKnow() {
    BigramModel model = BigramModel.of("A horse.\n\nThe herd.");

    assertThat(model.logProbability(model.id("."), BigramModel.END)).isZero();
    assertThat(model.followers(70)).isEqualTo(model.followers(model.id(BigramModel.BREAK)));
    assertThat(model.id(" zebra")).isEqualTo(-1);
  }

  @Test
  void probabilitiesOfEachWordAddUpToOne() {
    BigramModel model = BigramModel.ofDemoCorpus();

    for (int current = 0; current < model.vocabulary(); current++) {
      int word = current;
      double sum =
          model.followers(word).keySet().stream()
              .mapToDouble(next -> Math.exp(model.logProbability(word, next)))
              .sum();
      assertThat(sum).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void aRandomModelOfTheSameSeedHasTheSameBytes() throws Exception {
    RandomModel.writeGguf(folder.resolve("a"), 2, 64, 300, 5);
    RandomModel.writeGguf(folder.resolve("b"), 2, 64, 300, 5);
    RandomModel.writeGguf(folder.resolve("c"), 2, 64, 300, 6);

    assertThat(Files.mismatch(folder.resolve("a"), folder.resolve("b"))).isEqualTo(-1);
    assertThat(Files.mismatch(folder.resolve("a"), folder.resolve("c"))).isPositive();
    assertThat(GgufHeader.read(folder.resolve("a")).tensors()).hasSize(3 + 2 * 9);
  }

  @Test
  void callsAToolWhereSomeAreOfferedAndEndsWithTheCall() {
    BigramModel model = BigramModel.ofDemoCorpus();
    int call = model.id("<tool_call>");
    int called = model.id("\n</tool_call>");

    assertThat(model.followers(model.id("</tools>"))).containsOnlyKeys(call);
    assertThat(model.followers(call)).containsOnlyKeys(model.id(BigramModel.BREAK));
    assertThat(model.followers(3 + '}')).containsOnlyKeys(called);
    assertThat(model.followers(called)).hasSize(1);
    assertThat(model.isEnd(model.followers(called).firstKey())).isTrue();
  }
}
