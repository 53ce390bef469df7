package io.remuda.gateway.routing;

/**
 * Whether requests are kept away from an instance that fails. Never changes.
 *
 * @param failures in a row
 * @param trips pauses in a row, the present one counted; 0 while it is closed
 * @param retryAt when the next request may go there, of {@link System#nanoTime()}
 * @param probing whether one was sent there to see
 */
record Breaker(int failures, int trips, long retryAt, boolean probing) {

  static final Breaker CLOSED = new Breaker(0, 0, 0, false);

  /** What people are told of it. */
  enum Standing {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  boolean isOpen() {
    return trips > 0;
  }

  Standing standing(long now) {
    if (!isOpen()) {
      return Standing.CLOSED;
    }
    return probing || now - retryAt >= 0 ? Standing.HALF_OPEN : Standing.OPEN;
  }
}
