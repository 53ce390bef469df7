package io.remuda.gateway.routing;

import io.remuda.protocol.metrics.MetricNames;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import kamon.Kamon;
import kamon.tag.TagSet;

/** One number of each model, as gauges. Belongs to one thread. */
final class ModelGauges {

  private final String metric;
  private final TagSet labels;
  private Set<String> shown = Set.of();

  /**
   * @param metric its name
   */
  ModelGauges(String metric) {
    this(metric, TagSet.Empty());
  }

  /**
   * @param labels of all of them, beside the model
   */
  ModelGauges(String metric, TagSet labels) {
    this.metric = metric;
    this.labels = labels;
  }

  /**
   * Shows them.
   *
   * @param numbers by model, of those of which it is not 0
   */
  void show(Map<String, Integer> numbers) {
    // A series that is taken away would show its last value for minutes, so it becomes 0.
    shown.stream().filter(model -> !numbers.containsKey(model)).forEach(model -> update(model, 0));
    numbers.forEach(this::update);
    shown = new HashSet<>(numbers.keySet());
  }

  private void update(String model, int number) {
    Kamon.gauge(metric).withTags(labels.withTag(MetricNames.MODEL, model)).update(number);
  }
}
