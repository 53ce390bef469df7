package io.remuda.gateway.edge;

/**
 * Where the time of one request goes: to waiting for an instance, to instances, and the rest to the
 * gateway itself. All times are of {@link System#nanoTime()}. Lives on one loop.
 */
final class Timings {

  private final long started;
  private long waited;
  private long worked;
  private long waitsSince;
  private long worksSince;

  Timings(long started) {
    this.started = started;
  }

  /** No instance takes it: it waits. */
  void waits(long now) {
    works(0, now);
    if (waitsSince == 0) {
      waitsSince = now;
    }
  }

  /** It goes to an instance. */
  void sent(long now) {
    stopWaiting(now);
    works(now, now);
  }

  /** The instance has answered, or has not. */
  void answered(long now) {
    works(0, now);
  }

  /** Milliseconds for which it waited in line. */
  long queueMillis(long now) {
    return (waited + (waitsSince == 0 ? 0 : now - waitsSince)) / 1_000_000;
  }

  /** Milliseconds that instances had it until the first of their answer came. */
  long instanceMillis(long now) {
    return (worked + (worksSince == 0 ? 0 : now - worksSince)) / 1_000_000;
  }

  /** Milliseconds that it was here for no reason but the gateway's own work. */
  long overheadMillis(long now) {
    long others =
        waited
            + worked
            + (waitsSince == 0 ? 0 : now - waitsSince)
            + (worksSince == 0 ? 0 : now - worksSince);
    return Math.max(0, now - started - others) / 1_000_000;
  }

  private void stopWaiting(long now) {
    if (waitsSince != 0) {
      waited += now - waitsSince;
      waitsSince = 0;
    }
  }

  private void works(long since, long now) {
    if (worksSince != 0) {
      worked += now - worksSince;
    }
    worksSince = since;
  }
}
