package io.remuda.gateway.routing;

import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One instance that requests can be sent to, with the count of this gateway's live requests on it.
 * The count stays the same object for as long as the instance is known, whatever its route becomes.
 */
public final class Target {

  private final Route route;
  private final AtomicInteger inFlight;

  Target(Route route, AtomicInteger inFlight) {
    this.route = route;
    this.inFlight = inFlight;
  }

  public Route route() {
    return route;
  }

  public InstanceId instance() {
    return route.instance();
  }

  /** Requests of this gateway that are on the instance now. */
  public int inFlight() {
    return inFlight.get();
  }

  /** A request starts; {@link #leave} must follow exactly once. */
  public void enter() {
    inFlight.incrementAndGet();
  }

  public void leave() {
    inFlight.decrementAndGet();
  }

  AtomicInteger counter() {
    return inFlight;
  }
}
