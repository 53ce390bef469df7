package io.remuda.protocol.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MinuteTest {

  @Test
  void countsForAMinuteAndNeverLess() {
    Minute minute = new Minute();
    minute.add(999, 5);

    assertThat(minute.sum(60_999)).isEqualTo(5);
    assertThat(minute.sum(61_000)).isZero();
  }

  @Test
  void tellsWhenEnoughOfItIsOld() {
    Minute minute = new Minute();
    minute.add(1_000, 3);
    minute.add(5_500, 4);

    assertThat(minute.millisUntil(6_000, 7)).isZero();
    assertThat(minute.millisUntil(6_000, 6)).isEqualTo(62_000 - 6_000);
    assertThat(minute.millisUntil(6_000, 3)).isEqualTo(66_000 - 6_000);
    assertThat(minute.millisUntil(6_000, 0)).isEqualTo(66_000 - 6_000);
    assertThat(minute.sum(62_000)).isEqualTo(4);
  }

  @Test
  void takesBackWhatIsOldestSoThatItNeverTellsLessThanThereWas() {
    Minute minute = new Minute();
    minute.add(1_000, 3);
    minute.add(5_000, 4);

    minute.takeBack(6_000, 4);

    assertThat(minute.sum(6_000)).isEqualTo(3);
    assertThat(minute.sum(65_999)).isEqualTo(3);
    assertThat(minute.sum(66_000)).isZero();
  }

  @Test
  void beginsAnywhere() {
    Minute minute = new Minute();
    minute.add(-500_000, 2);

    assertThat(minute.sum(-500_000)).isEqualTo(2);
    assertThat(minute.sum(-400_000)).isZero();
  }
}
