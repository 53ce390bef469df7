package io.remuda.registry.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many instances a deployment's load has asked for lately, and which way it was scaled last.
 * Soft state: an owner that moved begins a new one, and so scales down later, never sooner.
 *
 * @param since when it was begun; nothing was left out from then on
 * @param samples oldest first, at most two a second and none older than the longest window
 * @param last change of the target, as far as this owner made one
 * @param pressed when answers were last late though all instances that were wished were ready
 */
public record DemandWindow(
    Optional<Instant> since, List<Sample> samples, Optional<Move> last, Optional<Pressed> pressed) {

  public static final DemandWindow EMPTY =
      new DemandWindow(Optional.empty(), List.of(), Optional.empty(), Optional.empty());

  private static final Duration APART = Duration.ofMillis(500);

  /** The fewest and the most instances asked for around a moment. */
  public record Sample(Instant at, int fewest, int most) {}

  /** A change of the target. */
  public record Move(Instant at, boolean up) {}

  /**
   * So many instances were not enough.
   *
   * @param work requests that there were
   */
  public record Pressed(int instances, int work) {}

  public DemandWindow {
    samples = List.copyOf(samples);
  }

  /** After another look; one that comes after a long pause begins the window anew. */
  DemandWindow and(Instant at, int wish, ScaleTimes times) {
    Optional<Sample> before =
        samples.isEmpty() ? Optional.empty() : Optional.of(samples.get(samples.size() - 1));
    if (before.isEmpty()
        || at.isBefore(before.get().at())
        || before.get().at().plus(times.demandLimit()).isBefore(at)) {
      return new DemandWindow(Optional.of(at), List.of(new Sample(at, wish, wish)), last, pressed);
    }
    List<Sample> next = new ArrayList<>(samples);
    next.removeIf(sample -> sample.at().plus(times.downWindow()).isBefore(at));
    if (!next.isEmpty() && before.get().at().plus(APART).isAfter(at)) {
      Sample near = next.remove(next.size() - 1);
      next.add(new Sample(near.at(), Math.min(near.fewest(), wish), Math.max(near.most(), wish)));
    } else {
      next.add(new Sample(at, wish, wish));
    }
    return new DemandWindow(since, next, last, pressed);
  }

  DemandWindow moved(Instant at, boolean up) {
    return new DemandWindow(since, samples, Optional.of(new Move(at, up)), pressed);
  }

  DemandWindow pressed(int instances, int work) {
    return new DemandWindow(since, samples, last, Optional.of(new Pressed(instances, work)));
  }

  /** The fewest instances asked for during {@code window}; empty when it was not seen whole. */
  OptionalInt fewest(Duration window, Instant now) {
    return seen(window, now)
        ? within(window, now).mapToInt(Sample::fewest).min()
        : OptionalInt.empty();
  }

  /** The most instances asked for during {@code window}; empty when it was not seen whole. */
  OptionalInt most(Duration window, Instant now) {
    return seen(window, now)
        ? within(window, now).mapToInt(Sample::most).max()
        : OptionalInt.empty();
  }

  /** Whether the last change was in the direction {@code up} and not long ago. */
  boolean movedLately(boolean up, Duration hold, Instant now) {
    return last.filter(move -> move.up() == up && move.at().plus(hold).isAfter(now)).isPresent();
  }

  private boolean seen(Duration window, Instant now) {
    return since.filter(begun -> !begun.plus(window).isAfter(now)).isPresent();
  }

  private java.util.stream.Stream<Sample> within(Duration window, Instant now) {
    return samples.stream().filter(sample -> !sample.at().plus(window).isBefore(now));
  }
}
