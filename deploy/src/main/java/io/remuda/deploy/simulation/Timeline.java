package io.remuda.deploy.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** The simulation's clock and its chance: what is due happens in order, one thing a step. */
final class Timeline {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final long NANOS = 1_000;

  private record Due(long micros, long order, Runnable act) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(micros, other.micros);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private final SplittableRandom random;
  private long micros;
  private long order;
  private Optional<Instant> now = Optional.empty();

  Timeline(long seed) {
    this.random = new SplittableRandom(seed);
  }

  SplittableRandom random() {
    return random;
  }

  /** Whether something of {@code percent} chance happens. */
  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** A time from {@code leastMillis} to {@code mostMillis}. */
  Duration between(long leastMillis, long mostMillis) {
    return Duration.ofNanos(NANOS * random.nextLong(leastMillis * 1_000, mostMillis * 1_000 + 1));
  }

  void after(Duration delay, Runnable act) {
    due.add(new Due(micros + delay.toNanos() / NANOS, ++order, act));
  }

  /** Lets the next thing happen. */
  void step() {
    Due next = due.remove();
    if (next.micros() != micros) {
      micros = next.micros();
      now = Optional.empty();
    }
    next.act().run();
  }

  long millis() {
    return micros / 1_000;
  }

  /** As {@link System#nanoTime()}. */
  long nanos() {
    return micros * NANOS;
  }

  Duration elapsed() {
    return Duration.ofNanos(micros * NANOS);
  }

  Instant instant() {
    if (now.isEmpty()) {
      now = Optional.of(BEGIN.plusNanos(micros * NANOS));
    }
    return now.get();
  }
}
