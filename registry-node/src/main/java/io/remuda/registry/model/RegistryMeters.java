package io.remuda.registry.model;

import static io.remuda.protocol.metrics.MetricNames.ACTIVE_MODELS;
import static io.remuda.protocol.metrics.MetricNames.DIRECTION;
import static io.remuda.protocol.metrics.MetricNames.ENGINE;
import static io.remuda.protocol.metrics.MetricNames.JOURNAL_WRITE;
import static io.remuda.protocol.metrics.MetricNames.MACHINES;
import static io.remuda.protocol.metrics.MetricNames.MODEL;
import static io.remuda.protocol.metrics.MetricNames.MODEL_INFO;
import static io.remuda.protocol.metrics.MetricNames.MODEL_INSTANCES;
import static io.remuda.protocol.metrics.MetricNames.MODEL_REPLICAS;
import static io.remuda.protocol.metrics.MetricNames.PHASE;
import static io.remuda.protocol.metrics.MetricNames.SCALE_CHANGES;
import static io.remuda.protocol.metrics.MetricNames.STATE;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.placement.FleetSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * What this registry node measures of its deployments and its journal. A deployment is counted by
 * the node that its registry actor lives on, so that a sum over nodes counts each once.
 */
public final class RegistryMeters {

  private final Timer journalWrite = Kamon.timer(JOURNAL_WRITE).withoutTags();
  private final Gauge active = Kamon.gauge(ACTIVE_MODELS, MeasurementUnit.none()).withoutTags();
  private final Map<ModelName, Listing> listings = new ConcurrentHashMap<>();
  private final LeaseMeters leases = new LeaseMeters();

  public LeaseMeters leases() {
    return leases;
  }

  /** An event is durable. */
  public void written(Duration took) {
    journalWrite.record(took);
  }

  /** A name's events are durable. */
  void written(List<ModelEvent> events, Duration took) {
    written(took);
    events.forEach(
        event -> {
          if (event instanceof Autoscaled scaled && scaled.from() != scaled.to()) {
            Kamon.counter(SCALE_CHANGES)
                .withTags(
                    TagSet.of(MODEL, scaled.name().value())
                        .withTag(DIRECTION, scaled.to() > scaled.from() ? "up" : "down"))
                .increment();
          }
        });
  }

  /** A deployment stands where {@code listing} says. */
  public void stands(Listing listing) {
    Listing before = listings.get(listing.name());
    // A series that is taken away would show its last value for minutes, so it becomes 0.
    if (before != null && !info(before).equals(info(listing))) {
      Kamon.gauge(MODEL_INFO).withTags(info(before)).update(0);
    }
    if (listing.phase() == DeploymentPhase.ENDED) {
      gone(listing.name());
      return;
    }
    listings.put(listing.name(), listing);
    Kamon.gauge(MODEL_INFO).withTags(info(listing)).update(1);
    Kamon.gauge(MODEL_INSTANCES).withTag(MODEL, listing.name().value()).update(listing.ready());
    Kamon.gauge(MODEL_REPLICAS).withTag(MODEL, listing.name().value()).update(listing.replicas());
    count();
  }

  /** The fleet's machines as this node sees them; every registry node tells the same. */
  public void machines(FleetSnapshot fleet, Duration freshness) {
    long fresh = 0;
    long closed = 0;
    for (FleetSnapshot.Machine machine : fleet.machines().values()) {
      boolean open = !machine.draining() && !machine.report().cordoned();
      if (machine.fresh(freshness)) {
        fresh += open ? 1 : 0;
        closed += open ? 0 : 1;
      }
    }
    Kamon.gauge(MACHINES).withTag(STATE, "reachable").update(fresh);
    Kamon.gauge(MACHINES).withTag(STATE, "cordoned").update(closed);
    Kamon.gauge(MACHINES).withTag(STATE, "silent").update(fleet.machines().size() - fresh - closed);
  }

  /** The deployment has ended or its registry actor has left this node. */
  public void gone(ModelName name) {
    Listing before = listings.remove(name);
    if (before != null) {
      Kamon.gauge(MODEL_INFO).withTags(info(before)).update(0);
      Kamon.gauge(MODEL_INSTANCES).withTag(MODEL, name.value()).update(0);
      Kamon.gauge(MODEL_REPLICAS).withTag(MODEL, name.value()).update(0);
      count();
    }
  }

  private void count() {
    active.update(listings.values().stream().filter(listing -> listing.ready() > 0).count());
  }

  private static TagSet info(Listing listing) {
    return TagSet.from(
        Map.of(
            MODEL,
            listing.name().value(),
            PHASE,
            listing.phase().name(),
            ENGINE,
            listing.engine()));
  }
}
