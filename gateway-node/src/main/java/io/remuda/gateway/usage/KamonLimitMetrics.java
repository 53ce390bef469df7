package io.remuda.gateway.usage;

import io.remuda.protocol.metrics.MetricNames;
import java.util.Locale;
import kamon.Kamon;
import kamon.tag.TagSet;

/** Refusals by limits as Kamon's counters: as many as there are kinds of limits and of owners. */
final class KamonLimitMetrics implements LimitMetrics {

  @Override
  public void refused(Kind kind, Owner owner) {
    Kamon.counter(MetricNames.LIMIT_REFUSALS).withTags(labels(kind, owner)).increment();
  }

  static TagSet labels(Kind kind, Owner owner) {
    return TagSet.builder()
        .add(MetricNames.KIND, kind.name().toLowerCase(Locale.ROOT))
        .add(MetricNames.OF, owner.name().toLowerCase(Locale.ROOT))
        .build();
  }
}
