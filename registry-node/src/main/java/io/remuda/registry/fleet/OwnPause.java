package io.remuda.registry.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Times in which this node could hear nobody: before it was a member of the cluster and heard the
 * first machine, and while its JVM was not run. In a pause machines may have spoken and their words
 * wait in the mailbox. Such a time is nobody's silence, or a slow start or a pause here would give
 * up every instance of a healthy fleet.
 */
final class OwnPause {

  /** So many ticks without running at all are a pause. */
  private static final int TICKS = 3;

  private final Duration tick;
  private Optional<Instant> watchingSince = Optional.empty();
  private Instant ranAt;

  OwnPause(Duration tick, Instant now) {
    this.tick = tick;
    this.ranAt = now;
  }

  /** From now on machines can be heard; said again, it changes nothing. */
  void joined(Instant now) {
    watchingSince = watchingSince.or(() -> Optional.of(now));
  }

  /**
   * The first machine is heard: what kept all of them from being heard until now, such as a fleet
   * that starts as a whole, is no other machine's silence.
   */
  void heardFirst(Instant now) {
    watchingSince = watchingSince.map(since -> now);
  }

  /** We run; the pause that ends with this, if there was one. */
  Optional<Duration> ran(Instant now) {
    Duration gap = Duration.between(ranAt, now);
    ranAt = now;
    if (gap.compareTo(tick.multipliedBy(TICKS)) <= 0) {
      return Optional.empty();
    }
    Duration pause = gap.minus(tick);
    watchingSince = watchingSince.map(since -> since.plus(pause));
    return Optional.of(pause);
  }

  /**
   * For how long we have been looking, without the pauses and since the first machine was heard;
   * nothing before we joined.
   */
  Duration watching(Instant now) {
    return watchingSince.map(since -> Duration.between(since, now)).orElse(Duration.ZERO);
  }
}
