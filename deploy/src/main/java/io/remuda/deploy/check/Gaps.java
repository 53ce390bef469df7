package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For how long clients were without an answer.
 *
 * <p>A client's signs of life are the first bytes and the ends of its answered requests. A gap is
 * the time between two of them that follow each other, and so is never shorter than the client's
 * own pause between requests.
 */
public final class Gaps {

  private Gaps() {}

  /** The longest gap that any client saw from a fault's begin until it had settled, by kind. */
  public static Map<String, Duration> longest(History history, Limits limits) {
    Map<String, TreeSet<Duration>> signs = new TreeMap<>();
    for (Request request : history.all(Request.class)) {
      TreeSet<Duration> own = signs.computeIfAbsent(request.client(), any -> new TreeSet<>());
      if (request.outcome() == Outcome.ANSWERED) {
        request.firstByte().ifPresent(own::add);
        own.add(request.end());
      }
    }
    Duration end = history.end();
    Map<String, Duration> longest = new TreeMap<>();
    for (Fault fault : history.all(Fault.class)) {
      Duration until = min(fault.heal().orElse(fault.begin()).plus(limits.settle()), end);
      Duration worst =
          signs.values().stream()
              .map(own -> longest(own, fault.begin(), until, end))
              .max(Duration::compareTo)
              .orElse(Duration.ZERO);
      longest.merge(fault.kind(), worst, Gaps::max);
    }
    return Collections.unmodifiableMap(longest);
  }

  /**
   * Of the gaps that reach into the time from begin to until; one without an end lasts to the end.
   */
  private static Duration longest(
      TreeSet<Duration> signs, Duration begin, Duration until, Duration end) {
    Duration from = signs.floor(begin) == null ? begin : signs.floor(begin);
    Duration worst = Duration.ZERO;
    for (Duration sign : List.copyOf(signs.tailSet(from, false))) {
      worst = max(worst, sign.minus(from));
      from = sign;
      if (sign.compareTo(until) >= 0) {
        return worst;
      }
    }
    return max(worst, end.minus(from));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
