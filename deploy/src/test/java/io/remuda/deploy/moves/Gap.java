package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The time in which nobody serves while one instance takes another one's place, by the events of
 * its deployment: from the moment at which the old one is told to stop to that at which the new one
 * is ready.
 */
record Gap(Instant from, Instant to) {

  /** What a gateway may be late to hear of either. */
  private static final Duration LATE = Duration.ofSeconds(1);

  /** What the first answer after it, and the pause of a client before it, may take. */
  private static final Duration ANSWER = Duration.ofMillis(200);

  /** By a deployment's events, oldest first; empty where none took another one's place. */
  static Optional<Gap> of(List<JsonNode> events) {
    Optional<Instant> from = first(events, "InstanceStopping", Instant.MIN);
    return from.flatMap(
        stop -> first(events, "InstanceReady", stop).map(ready -> new Gap(stop, ready)));
  }

  private static Optional<Instant> first(List<JsonNode> events, String kind, Instant after) {
    return events.stream()
        .filter(event -> event.path("kind").asText().equals(kind))
        .map(event -> Instant.parse(event.path("at").asText()))
        .filter(at -> at.isAfter(after))
        .findFirst();
  }

  /** Whether clients saw a longer one, by more than what an answer takes. */
  boolean isExceededBy(Duration seen) {
    return seen.compareTo(length().plus(ANSWER)) > 0;
  }

  Duration length() {
    return Duration.between(from, to);
  }

  /** Whether a request that was refused was one that the gap explains. */
  boolean explains(Asked one) {
    return one.outcome() == Asked.Outcome.REFUSED
        && !one.begin().isBefore(from.minus(LATE))
        && !one.begin().isAfter(to.plus(LATE));
  }

  /**
   * The time without a good answer to anybody around the refusals of {@code all}, which are in the
   * order of their ends; nothing where nobody was refused.
   */
  static Duration seen(List<Asked> all) {
    Optional<Instant> firstRefused =
        all.stream()
            .filter(one -> one.outcome() == Asked.Outcome.REFUSED)
            .map(Asked::begin)
            .min(Instant::compareTo);
    if (firstRefused.isEmpty()) {
      return Duration.ZERO;
    }
    Duration longest = Duration.ZERO;
    Optional<Instant> last = Optional.empty();
    for (Asked one : all) {
      if (one.outcome() == Asked.Outcome.ANSWERED) {
        Duration since =
            last.map(before -> Duration.between(before, one.end())).orElse(Duration.ZERO);
        longest = since.compareTo(longest) > 0 ? since : longest;
        last = Optional.of(one.end());
      }
    }
    return longest;
  }
}
