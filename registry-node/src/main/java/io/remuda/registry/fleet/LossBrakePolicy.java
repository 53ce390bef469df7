package io.remuda.registry.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/**
 * Tells the death of machines from the death of what lies between: when many vanish at once, they
 * run on most likely, and placing their instances elsewhere would do the damage.
 *
 * @param machines at least so many have vanished
 * @param share and more than this share of all
 * @param window within which they fell silent
 * @param hold how long nothing is given up then, unless all are heard again before
 * @param lostAfter the silence after which a machine would be given up
 */
public record LossBrakePolicy(
    int machines, double share, Duration window, Duration hold, Duration lostAfter) {

  /**
   * Until when the brake holds.
   *
   * @param silences of all machines that matter
   * @param until when it holds by now, if it does
   */
  public Optional<Instant> until(
      Collection<Duration> silences, Optional<Instant> until, Instant now) {
    Duration early = early();
    Duration late = lostAfter.plus(window);
    long vanished =
        silences.stream().filter(s -> s.compareTo(early) > 0 && s.compareTo(late) <= 0).count();
    long counted = silences.stream().filter(s -> s.compareTo(late) <= 0).count();
    // When all are heard again there is nothing left to wait for; it is pulled again in time.
    boolean silent = silences.stream().anyMatch(s -> s.compareTo(early) > 0);
    Optional<Instant> held = until.filter(end -> silent && end.isAfter(now));
    boolean pull = vanished >= machines && vanished > share * counted;
    return held.isEmpty() && pull ? Optional.of(now.plus(hold)) : held;
  }

  /** The silence that counts as vanished: the brake is pulled before the first is given up. */
  Duration early() {
    return lostAfter.dividedBy(2);
  }
}
