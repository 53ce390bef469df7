package io.remuda.gateway.routing;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What a gateway has seen of one instance, at one moment: by this it chooses.
 *
 * @param inFlight requests of this gateway on it
 * @param others requests of other gateways, by what the instance said lately
 * @param firstByte how soon its streams lately began
 * @param whole how soon its whole answers lately came
 * @param warmth the part of its full share that it gets while it is new, 0 to 1
 * @param breaker {@code closed}: it gets requests; {@code open}: it is left out; {@code half_open}:
 *     the next one shows whether it is taken back
 * @param failures in a row
 */
public record Seen(
    int inFlight,
    int others,
    Optional<Duration> firstByte,
    Optional<Duration> whole,
    double warmth,
    String breaker,
    int failures) {

  static Seen of(Target target, long now, RoutingSettings settings) {
    Vitals vitals = target.vitals();
    return new Seen(
        target.inFlight(),
        vitals.others(now, settings),
        pace(vitals.pace(true), now, settings),
        pace(vitals.pace(false), now, settings),
        vitals.warmth(now, settings),
        vitals.breaker().standing(now).name().toLowerCase(Locale.ROOT),
        vitals.breaker().failures());
  }

  private static Optional<Duration> pace(Pace pace, long now, RoutingSettings settings) {
    return pace.isKnown(now, settings.paceWindow().toNanos(), 1)
        ? Optional.of(Duration.ofNanos((long) pace.nanos()))
        : Optional.empty();
  }
}
