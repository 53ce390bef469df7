package io.remuda.registry.lease;

import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.model.LeaseMeters;
import io.remuda.registry.model.LeaseMeters.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What one lease's actor tells the meters. A lease that was granted before this actor began is not
 * timed: it may have been ready long ago.
 */
final class LeaseMeasure {

  private final LeaseMeters meters;
  private boolean toTime;

  LeaseMeasure(LeaseMeters meters) {
    this.meters = meters;
  }

  /** The journal was read to its end. */
  void readBack(LeaseState state) {
    toTime = state.token() == 0;
  }

  /** These are durable. */
  void written(List<LeaseEvent> events) {
    for (LeaseEvent event : events) {
      if (event instanceof LeaseMoved moved) {
        meters.moved(moved.model());
      } else if (event instanceof LeaseEnded ended) {
        meters.ended(ended.cause());
      }
    }
  }

  void stands(LeaseState state, LeaseSoft soft, Instant now) {
    if (state.wish().isEmpty() || state.closed()) {
      gone(state);
      return;
    }
    boolean ready = state.isLive() && soft.isReady();
    if (ready && toTime) {
      toTime = false;
      meters.ready(Duration.between(state.askedAt(), now));
    }
    meters.stands(
        state.id(), !state.isLive() ? Standing.ENDING : ready ? Standing.READY : Standing.PENDING);
  }

  /** Nothing is to be counted here any more. */
  void gone(LeaseState state) {
    meters.gone(state.id());
  }
}
