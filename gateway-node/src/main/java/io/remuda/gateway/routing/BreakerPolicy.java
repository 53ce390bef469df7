package io.remuda.gateway.routing;

/**
 * When an instance is left out because its requests fail, and when it is tried again: after some
 * failures in a row it gets nothing for a pause, then one request. If that is answered the instance
 * is as any other; if it fails the next pause is twice as long. Pure.
 */
final class BreakerPolicy {

  private static final int MOST_DOUBLINGS = 20;

  private BreakerPolicy() {}

  /** Whether the instance may get a request. */
  static boolean takes(Breaker breaker, long now) {
    return !breaker.isOpen() || now - breaker.retryAt() >= 0;
  }

  /** A request goes there. If it is never heard of again, the next one may go after a pause. */
  static Breaker sent(Breaker breaker, long now, RoutingSettings settings) {
    return breaker.isOpen() && takes(breaker, now)
        ? new Breaker(
            breaker.failures(), breaker.trips(), now + pause(breaker.trips(), settings), true)
        : breaker;
  }

  /** The instance has answered a request. */
  static Breaker answered() {
    return Breaker.CLOSED;
  }

  /** It has failed one. What was sent before a pause and fails in it makes that no longer. */
  static Breaker failed(Breaker breaker, long now, RoutingSettings settings) {
    int failures = breaker.failures() == Integer.MAX_VALUE ? 1 : breaker.failures() + 1;
    boolean trips =
        breaker.isOpen()
            ? breaker.probing()
            : settings.breakerFailures() > 0 && failures >= settings.breakerFailures();
    if (!trips) {
      return new Breaker(failures, breaker.trips(), breaker.retryAt(), breaker.probing());
    }
    int count = Math.min(MOST_DOUBLINGS, breaker.trips() + 1);
    return new Breaker(failures, count, now + pause(count, settings), false);
  }

  private static long pause(int trips, RoutingSettings settings) {
    long longest = settings.breakerLongestPause().toNanos();
    long first = settings.breakerPause().toNanos();
    int doublings = Math.min(MOST_DOUBLINGS, trips - 1);
    return first > longest >> doublings ? longest : first << doublings;
  }
}
