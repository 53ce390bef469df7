package io.remuda.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {

  @Test
  void looksAgainUntilTheValueIsThere() {
    AtomicInteger looks = new AtomicInteger();

    int found =
        Eventually.find(
            "the third look",
            Duration.ofSeconds(30),
            () -> looks.incrementAndGet() < 3 ? Optional.empty() : Optional.of(looks.get()));

    assertThat(found).isEqualTo(3);
  }

  @Test
  void saysWhatWasNotThereInTimeAndWhy() {
    assertThatThrownBy(
            () ->
                Eventually.passes(
                    "the herd is home",
                    Duration.ofMillis(30),
                    () -> {
                      throw new IllegalStateException("one horse is missing");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the herd is home")
        .hasMessageContaining("one horse is missing");
  }

  @Test
  void freePortsOfOneCallDiffer() {
    assertThat(Arrays.stream(FreePort.next(5)).distinct().count()).isEqualTo(5);
  }
}
