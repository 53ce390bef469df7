package io.remuda.registry.model;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.Timer;

/**
 * What this registry node measures of its leases. A lease is counted by the node that its actor
 * lives on, so that a sum over nodes counts each once. Never labelled with a lease: there are too
 * many. Called by many actors.
 */
public final class LeaseMeters {

  /** Where a lease stands, as it is counted. */
  public enum Standing {
    PENDING,
    READY,
    /** It is over and has not given everything back yet. */
    ENDING
  }

  private final Timer ready = Kamon.timer(MetricNames.LEASE_READY).withoutTags();
  private final Map<LeaseId, Standing> standings = new HashMap<>();
  private final Map<Standing, Gauge> gauges = new EnumMap<>(Standing.class);

  LeaseMeters() {
    for (Standing each : Standing.values()) {
      gauges.put(each, Kamon.gauge(MetricNames.LEASES).withTag(MetricNames.STATE, label(each)));
    }
  }

  /** It stands there now, whether or not it did before. */
  public synchronized void stands(LeaseId id, Standing now) {
    if (standings.put(id, now) != now) {
      count();
    }
  }

  /** It is closed, or its actor has left this node. */
  public synchronized void gone(LeaseId id) {
    if (standings.remove(id) != null) {
      count();
    }
  }

  /** It is ready for the first time, so long after it was asked for. */
  public void ready(Duration sinceAsked) {
    ready.record(sinceAsked.isNegative() ? Duration.ZERO : sinceAsked);
  }

  /** It has lost its instance of {@code model}. */
  public void moved(ModelName model) {
    Kamon.counter(MetricNames.LEASE_MOVES).withTag(MetricNames.MODEL, model.value()).increment();
  }

  /** It is over. */
  public void ended(Enum<?> cause) {
    Kamon.counter(MetricNames.LEASE_ENDS).withTag(MetricNames.OUTCOME, label(cause)).increment();
  }

  private void count() {
    gauges.forEach(
        (standing, gauge) ->
            gauge.update(standings.values().stream().filter(standing::equals).count()));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
