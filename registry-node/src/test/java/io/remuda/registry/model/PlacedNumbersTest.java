package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which numbers were an instance's, kept in bounds. */
class PlacedNumbersTest {

  @Test
  void onlyWhatWasPlacedHasANumber() {
    PlacedNumbers placed = PlacedNumbers.NONE.and(3).and(7);

    assertThat(placed.has(3)).isTrue();
    assertThat(placed.has(7)).isTrue();
    assertThat(placed.has(2)).isFalse();
    assertThat(placed.has(5)).isFalse();
    assertThat(placed.has(8)).isFalse();
  }

  @Test
  void ofVeryManyTheEarlierOnesCountAsPlaced() {
    PlacedNumbers placed = PlacedNumbers.NONE;
    for (int i = 1; i <= 1_000; i++) {
      placed = placed.and(2L * i);
    }

    assertThat(placed.kept()).hasSize(PlacedNumbers.MOST_KEPT);
    assertThat(placed.has(1)).isTrue();
    assertThat(placed.has(1_001)).isTrue();
    assertThat(placed.has(2_000)).isTrue();
    assertThat(placed.has(1_999)).isFalse();
    assertThat(placed.has(2_001)).isFalse();
  }

  @Test
  void whereNothingIsKnownAllUpToTheLastCountAsPlaced() {
    PlacedNumbers placed = PlacedNumbers.unknownUpTo(40).and(41);

    assertThat(placed.has(40)).isTrue();
    assertThat(placed.has(41)).isTrue();
    assertThat(placed.has(42)).isFalse();
  }
}
