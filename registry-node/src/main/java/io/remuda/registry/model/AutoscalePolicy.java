package io.remuda.registry.model;

import io.remuda.protocol.model.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many instances a deployment is to have by its load.
 *
 * <p>Goals: requests find a slot, and answers begin in time, with few instances.
 *
 * <p>Constraints: always between the bounds, and at least one; no change in one direction soon
 * after one in the other; fewer one at a time, and only while all that are wished are there or have
 * no place. Going to none, and coming from there, is not decided here but by {@link ScaleDecider}.
 *
 * <p>Algorithm: the load asks for as many instances as keep a share of their slots in use, and for
 * one more than there are when too many wait or the first token comes too late. More are taken when
 * all looks of a short window asked for more, at most doubling what is ready; fewer when no look of
 * a long one asked for as many. Where answers were late with so many instances, as much work is not
 * left to so few again. What is leased serves nobody else, and comes on top.
 */
final class AutoscalePolicy {

  private AutoscalePolicy() {}

  /**
   * Where a deployment stands.
   *
   * @param target instances that are to run
   * @param ready of them, for everybody's requests
   * @param settled whether all of them are ready and no other one is left
   * @param slots of one instance
   * @param placed instances that have a place, ready or not
   * @param leased instances that take one holder's requests alone
   */
  record Standing(int target, int ready, boolean settled, int slots, int placed, int leased) {

    /** Whether one less stops nobody that is on its way: all are there, or one has no place. */
    boolean canSpareOne() {
      return settled || placed < target;
    }
  }

  /**
   * What there is to do for everybody, but for what leases' holders ask of their own.
   *
   * @param waiting requests for which no instance has a slot
   * @param working requests that instances have
   * @param ttft 90th percentile of the time to the first token, where there were answers lately
   */
  record Load(int waiting, int working, Optional<Duration> ttft) {
    int work() {
      return waiting + working;
    }
  }

  /** So many instances the load asks for at this moment. */
  static int wish(Scaling scaling, ScaleTimes times, Standing now, Load load, DemandWindow window) {
    double each = Math.max(1, now.slots()) * times.loadShare();
    int wish = now.leased() + (int) Math.ceil(load.work() / each);
    if (isPressed(scaling, now, load)) {
      wish = Math.max(wish, now.target() + 1);
    }
    int after = wish;
    wish =
        window
            .pressed()
            .filter(pressed -> load.work() >= pressed.work() * times.loadShare())
            .map(pressed -> Math.max(after, pressed.instances() + 1))
            .orElse(after);
    return Math.min(Math.max(wish, Math.max(1, scaling.min())), Math.max(1, scaling.max()));
  }

  /** The window after a look at the load. */
  static DemandWindow seen(
      Scaling scaling, ScaleTimes times, Standing now, Load load, DemandWindow window, Instant at) {
    DemandWindow next = window.and(at, wish(scaling, times, now, load, window), times);
    return now.settled() && load.work() > 0 && isLate(scaling, load)
        ? next.pressed(now.target(), load.work())
        : next;
  }

  /** Whether requests wait, or answers come late, though all that are wished are there. */
  static boolean isPressed(Scaling scaling, Standing now, Load load) {
    return now.settled()
        && load.work() > 0
        && (load.waiting() > scaling.queueTarget() * now.ready() || isLate(scaling, load));
  }

  /** Whether the first token comes later than it is to. */
  static boolean isLate(Scaling scaling, Load load) {
    return scaling.ttft().isPresent()
        && load.ttft().filter(seen -> seen.compareTo(scaling.ttft().get()) > 0).isPresent();
  }

  /** The next target, where it is another one. */
  static OptionalInt next(
      Scaling scaling, ScaleTimes times, Standing now, DemandWindow window, Instant at) {
    OptionalInt up = window.fewest(times.upWindow(), at);
    if (up.isPresent()
        && up.getAsInt() > now.target()
        && !window.movedLately(false, times.directionHold(), at)) {
      return OptionalInt.of(Math.min(up.getAsInt(), now.target() + Math.max(1, now.ready())));
    }
    OptionalInt down = window.most(times.downWindow(), at);
    if (down.isPresent()
        && down.getAsInt() < now.target()
        && now.target() > Math.max(1, scaling.min())
        && now.canSpareOne()
        && !window.movedLately(true, times.directionHold(), at)) {
      return OptionalInt.of(now.target() - 1);
    }
    return OptionalInt.empty();
  }
}
