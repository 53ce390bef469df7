package io.remuda.gateway.routing;

import io.remuda.protocol.id.InstanceId;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What this gateway has seen of one instance: its own requests on it, what the instance said of all
 * others, how soon it answers, and whether it fails. Soft state; any thread reads and writes it,
 * without a lock.
 */
final class Vitals {

  private final int tag;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicReference<Breaker> breaker = new AtomicReference<>(Breaker.CLOSED);
  private final AtomicReference<Pace> streams = new AtomicReference<>(Pace.UNKNOWN);
  private final AtomicReference<Pace> wholes = new AtomicReference<>(Pace.UNKNOWN);
  private volatile Told told = new Told(0, 0);
  private volatile long readySince;
  private volatile boolean ready;

  /** So many requests of others were there at that time. */
  private record Told(int others, long at) {}

  Vitals(InstanceId instance) {
    this.tag = PrefixIndex.tag(instance);
  }

  /** By which {@link PrefixIndex} knows the instance. */
  int tag() {
    return tag;
  }

  AtomicInteger inFlight() {
    return inFlight;
  }

  /** Its route says that it takes requests, or that it does not. */
  void ready(boolean takesWork, long now) {
    if (takesWork && !ready) {
      readySince = now;
    }
    ready = takesWork;
  }

  double warmth(long now, RoutingSettings settings) {
    return LoadPolicy.warmth(now - readySince, settings);
  }

  /** It has said how many requests it has, those of this gateway among them. */
  void told(int all, long now) {
    told = new Told(Math.max(0, all - inFlight.get()), now);
  }

  /** Requests of other gateways that are on it, by what it said lately. */
  int others(long now, RoutingSettings settings) {
    Told last = told;
    return last.others > 0 && now - last.at <= settings.loadWindow().toNanos() ? last.others : 0;
  }

  Pace pace(boolean stream) {
    return Objects.requireNonNull((stream ? streams : wholes).get());
  }

  void paced(boolean stream, long nanos, long now, RoutingSettings settings) {
    long window = settings.paceWindow().toNanos();
    (stream ? streams : wholes).updateAndGet(old -> old.with(nanos, now, window));
  }

  Breaker breaker() {
    return Objects.requireNonNull(breaker.get());
  }

  void sent(long now, RoutingSettings settings) {
    if (breaker().isOpen()) {
      breaker.updateAndGet(old -> BreakerPolicy.sent(old, now, settings));
    }
  }

  /** Whether it was left out before. */
  boolean answered() {
    return !breaker().equals(Breaker.CLOSED)
        && breaker.getAndSet(BreakerPolicy.answered()).isOpen();
  }

  /** Whether it is left out from now on, and was not before. */
  boolean failed(long now, RoutingSettings settings) {
    Breaker old = breaker.getAndUpdate(was -> BreakerPolicy.failed(was, now, settings));
    return !old.isOpen() && BreakerPolicy.failed(old, now, settings).isOpen();
  }
}
