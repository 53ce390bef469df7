package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StillnessTest {

  private final Stillness stillness = new Stillness();

  @Test
  void countsFromTheFirstLookThatFoundNothing() {
    stillness.heard();
    assertThat(stillness.look(true, 10)).as("something has come").isZero();
    assertThat(stillness.look(true, 20)).isZero();
    assertThat(stillness.look(true, 50)).isEqualTo(30);
  }

  @Test
  void whatComesOrAMachineThatIsSeenBeginsItAnew() {
    assertThat(stillness.look(true, 10)).isZero();
    stillness.heard();
    assertThat(stillness.look(true, 40)).isZero();
    assertThat(stillness.look(true, 50)).isZero();
    assertThat(stillness.look(true, 60)).isEqualTo(10);
    assertThat(stillness.look(false, 70)).isZero();
    assertThat(stillness.look(true, 80)).isZero();
    assertThat(stillness.look(true, 90)).isEqualTo(10);
  }
}
