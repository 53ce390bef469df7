package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where the time of a request went. */
class TimingsTest {

  private static final long MILLI = 1_000_000;

  private final Timings timings = new Timings(10 * MILLI);

  @Test
  void tellsWaitsAndInstancesAndTheRestApart() {
    timings.waits(11 * MILLI);
    timings.sent(31 * MILLI);
    timings.answered(36 * MILLI);
    timings.waits(36 * MILLI);
    timings.sent(46 * MILLI);
    timings.answered(146 * MILLI);

    assertThat(timings.queueMillis(150 * MILLI)).isEqualTo(30);
    assertThat(timings.instanceMillis(150 * MILLI)).isEqualTo(105);
    assertThat(timings.overheadMillis(150 * MILLI)).isEqualTo(5);
  }

  @Test
  void whatIsGoingOnCountsToo() {
    timings.waits(12 * MILLI);

    assertThat(timings.queueMillis(20 * MILLI)).isEqualTo(8);
    assertThat(timings.overheadMillis(20 * MILLI)).isEqualTo(2);
  }
}
