package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.metrics.MetricNames;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

/** Under which names and labels requests are counted. */
class KamonRequestMetricsTest {

  /** Of this test alone: instruments are the process's. */
  private static final String MODEL = "counted-here";

  private final KamonRequestMetrics metrics = new KamonRequestMetrics();

  @Test
  void whatBecomesOfRequestsOnTheirWayIsCountedByModelAndReason() {
    metrics.retried(MODEL, "engine_gone");
    metrics.retried(MODEL, "engine_gone");
    metrics.retried(MODEL, "busy");
    metrics.fellBack(MODEL, "small");
    metrics.copied(MODEL);
    metrics.notCopied(MODEL);
    metrics.notCopied(MODEL);
    metrics.resumed(MODEL);
    metrics.notResumed(MODEL, "busy");

    assertThat(count(MetricNames.RETRIES, of(MetricNames.REASON, "engine_gone"))).isEqualTo(2);
    assertThat(count(MetricNames.RETRIES, of(MetricNames.REASON, "busy"))).isOne();
    assertThat(count(MetricNames.FALLBACKS, of(MetricNames.TO, "small"))).isOne();
    assertThat(count(MetricNames.COPIES, of(MetricNames.OUTCOME, "sent"))).isOne();
    assertThat(count(MetricNames.COPIES, of(MetricNames.OUTCOME, "dropped"))).isEqualTo(2);
    assertThat(count(MetricNames.RESUMES, of(MetricNames.OUTCOME, "resumed"))).isOne();
    assertThat(
            count(
                MetricNames.RESUMES,
                of(MetricNames.OUTCOME, "refused").withTag(MetricNames.REASON, "busy")))
        .isOne();
  }

  private static TagSet of(String label, String value) {
    return TagSet.of(MetricNames.MODEL, MODEL).withTag(label, value);
  }

  private static long count(String metric, TagSet labels) {
    return (Long)
        ((Instrument.Snapshotting<?>) Kamon.counter(metric).withTags(labels)).snapshot(false);
  }
}
