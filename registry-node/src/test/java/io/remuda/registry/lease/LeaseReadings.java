package io.remuda.registry.lease;

import io.remuda.protocol.metrics.MetricNames;
import kamon.Kamon;
import kamon.metric.Distribution;
import kamon.metric.Instrument;

/** What this JVM has measured of leases. */
final class LeaseReadings {

  private LeaseReadings() {}

  static long standing(String state) {
    return Math.round(
        (Double) read(Kamon.gauge(MetricNames.LEASES).withTag(MetricNames.STATE, state)));
  }

  static long ends(String cause) {
    return (Long) read(Kamon.counter(MetricNames.LEASE_ENDS).withTag(MetricNames.OUTCOME, cause));
  }

  static long moves(String model) {
    return (Long) read(Kamon.counter(MetricNames.LEASE_MOVES).withTag(MetricNames.MODEL, model));
  }

  static long readyTimes() {
    return ready().count();
  }

  /** In seconds. */
  static double longestReady() {
    return ready().max() / 1e9;
  }

  private static Distribution ready() {
    return (Distribution) read(Kamon.timer(MetricNames.LEASE_READY).withoutTags());
  }

  private static Object read(Object instrument) {
    return ((Instrument.Snapshotting<?>) instrument).snapshot(false);
  }
}
