package io.remuda.registry.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Times in which this JVM was not run. Machines may have spoken in them and their words wait in the
 * mailbox: such a time is nobody's silence, or a pause here would give up every instance of a
 * healthy fleet.
 */
final class OwnPause {

  /** So many ticks without running at all are a pause. */
  private static final int TICKS = 3;

  private final Duration tick;
  private Instant watchingSince;
  private Instant ranAt;

  OwnPause(Duration tick, Instant now) {
    this.tick = tick;
    this.watchingSince = now;
    this.ranAt = now;
  }

  /** We run; the pause that ends with this, if there was one. */
  Optional<Duration> ran(Instant now) {
    Duration gap = Duration.between(ranAt, now);
    ranAt = now;
    if (gap.compareTo(tick.multipliedBy(TICKS)) <= 0) {
      return Optional.empty();
    }
    Duration pause = gap.minus(tick);
    watchingSince = watchingSince.plus(pause);
    return Optional.of(pause);
  }

  /** For how long we have been looking, without the pauses. */
  Duration watching(Instant now) {
    return Duration.between(watchingSince, now);
  }
}
