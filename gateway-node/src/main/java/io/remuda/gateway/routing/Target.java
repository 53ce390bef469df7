package io.remuda.gateway.routing;

import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;

/**
 * One instance that requests can be sent to, with what this gateway has seen of it. That stays the
 * same for as long as the instance is known, whatever its route becomes.
 */
public final class Target {

  private final Route route;
  private final Vitals vitals;

  Target(Route route, Vitals vitals) {
    this.route = route;
    this.vitals = vitals;
  }

  public Route route() {
    return route;
  }

  public InstanceId instance() {
    return route.instance();
  }

  /** Requests of this gateway that are on the instance now. */
  public int inFlight() {
    return vitals.inFlight().get();
  }

  /** A request starts; {@link #leave} must follow exactly once. */
  public void enter() {
    vitals.inFlight().incrementAndGet();
  }

  public void leave() {
    vitals.inFlight().decrementAndGet();
  }

  /**
   * A request goes out to it.
   *
   * @param now of {@link System#nanoTime()}, as in all that follows
   */
  public void sent(long now, RoutingSettings settings) {
    vitals.sent(now, settings);
  }

  /** The instance says that it has so many requests, of whichever gateway. */
  public void told(int all, long now) {
    vitals.told(all, now);
  }

  /**
   * It has answered a request.
   *
   * @return whether it was left out before, and is taken back
   */
  public boolean answered() {
    return vitals.answered();
  }

  /**
   * So long it took from a request's way to the instance to what its client sees first.
   *
   * @param stream whether that is a stream's beginning, and not a whole answer
   */
  public void paced(boolean stream, long nanos, long now, RoutingSettings settings) {
    vitals.paced(stream, nanos, now, settings);
  }

  /**
   * It has failed a request.
   *
   * @return whether it is left out from now on
   */
  public boolean failed(long now, RoutingSettings settings) {
    return vitals.failed(now, settings);
  }

  /** What people are shown of it. */
  public Seen seen(long now, RoutingSettings settings) {
    return Seen.of(this, now, settings);
  }

  /** Whether it is left out. */
  boolean isEjected(long now) {
    return !BreakerPolicy.takes(vitals.breaker(), now);
  }

  /** Requests of all gateways on it, as far as that is known. */
  int underWay(long now, RoutingSettings settings) {
    return inFlight() + vitals.others(now, settings);
  }

  Vitals vitals() {
    return vitals;
  }
}
