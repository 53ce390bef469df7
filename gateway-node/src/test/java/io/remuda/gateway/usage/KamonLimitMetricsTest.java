package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.usage.LimitMetrics.Kind;
import io.remuda.gateway.usage.LimitMetrics.Owner;
import io.remuda.protocol.metrics.MetricNames;
import java.util.ArrayList;
import java.util.List;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.Lookups;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

/** Under which names and labels refusals by limits are counted. */
class KamonLimitMetricsTest {

  @Test
  void eachKindOfLimitOfKeysAndOfTenantsHasACounterOfItsOwn() {
    LimitMetrics metrics = new KamonLimitMetrics();
    List<String> told = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Owner owner : Owner.values()) {
        TagSet labels = KamonLimitMetrics.labels(kind, owner);
        long before = count(labels);

        metrics.refused(kind, owner);

        assertThat(count(labels) - before).as(labels.toString()).isOne();
        told.add(
            labels.get(Lookups.plain(MetricNames.KIND))
                + " of "
                + labels.get(Lookups.plain(MetricNames.OF)));
      }
    }

    assertThat(told)
        .containsExactly(
            "requests of key",
            "requests of tenant",
            "tokens of key",
            "tokens of tenant",
            "budget of key",
            "budget of tenant",
            "budget_held of key",
            "budget_held of tenant");
  }

  private static long count(TagSet labels) {
    return (Long)
        ((Instrument.Snapshotting<?>) Kamon.counter(MetricNames.LIMIT_REFUSALS).withTags(labels))
            .snapshot(false);
  }
}
