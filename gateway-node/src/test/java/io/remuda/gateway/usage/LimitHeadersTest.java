package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitHeadersTest {

  @Test
  void tellsTimesAsOpenAiDoes() {
    assertThat(LimitHeaders.duration(12)).isEqualTo("12ms");
    assertThat(LimitHeaders.duration(-5)).isEqualTo("0ms");
    assertThat(LimitHeaders.duration(1_000)).isEqualTo("1s");
    assertThat(LimitHeaders.duration(3_500)).isEqualTo("3.5s");
    assertThat(LimitHeaders.duration(1_020)).isEqualTo("1.02s");
    assertThat(LimitHeaders.duration(59_999)).isEqualTo("59.999s");
    assertThat(LimitHeaders.duration(60_000)).isEqualTo("1m0s");
    assertThat(LimitHeaders.duration(95_000)).isEqualTo("1m35s");
  }
}
