package io.remuda.gateway.routing;

import io.remuda.protocol.metrics.MetricNames;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import kamon.Kamon;

/** How many requests this gateway holds for each model, as gauges. Belongs to one thread. */
final class WaitingGauges {

  private Set<String> shown = Set.of();

  /**
   * Shows them.
   *
   * @param waiting by model, of those for which any waits
   */
  void show(Map<String, Integer> waiting) {
    // A series that is taken away would show its last value for minutes, so it becomes 0.
    shown.stream().filter(model -> !waiting.containsKey(model)).forEach(model -> update(model, 0));
    waiting.forEach(WaitingGauges::update);
    shown = new HashSet<>(waiting.keySet());
  }

  private static void update(String model, int waiting) {
    Kamon.gauge(MetricNames.WAITING_REQUESTS).withTag(MetricNames.MODEL, model).update(waiting);
  }
}
