package io.remuda.registry.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DrawTest {

  private static final ModelName NAME = new ModelName("chat");

  @Test
  void isTheSameForTheSameNameAndNumber() {
    assertThat(LongStream.range(0, 50).map(n -> Draw.of(NAME, n).nextLong()).toArray())
        .isEqualTo(LongStream.range(0, 50).map(n -> Draw.of(NAME, n).nextLong()).toArray());
  }

  @Test
  void nextNumbersAndOtherNamesTakeEachOfThreeMachinesAboutAsOften() {
    int[] byNumber = new int[3];
    int[] byName = new int[3];
    LongStream.range(0, 3_000).forEach(n -> byNumber[Draw.of(NAME, n).nextInt(3)]++);
    IntStream.range(0, 3_000)
        .forEach(i -> byName[Draw.of(new ModelName("model" + i), 3).nextInt(3)]++);

    assertThat(IntStream.of(byNumber).min().orElse(0)).isGreaterThan(900);
    assertThat(IntStream.of(byName).min().orElse(0)).isGreaterThan(900);
  }
}
