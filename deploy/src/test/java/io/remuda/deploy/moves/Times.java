package io.remuda.deploy.moves;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How long the same thing took, each time: at least once. */
record Times(List<Duration> all) {

  Times {
    all = all.stream().sorted().toList();
  }

  Duration median() {
    return all.get((all.size() - 1) / 2);
  }

  Duration worst() {
    return all.get(all.size() - 1);
  }

  /** In words, with whether each was under {@code bound}. */
  String under(Duration bound) {
    return String.format(
        Locale.ROOT,
        "median %.1f ms, worst %.1f ms of %d, under %d ms: %s",
        millis(median()),
        millis(worst()),
        all.size(),
        bound.toMillis(),
        worst().compareTo(bound) < 0 ? "yes" : "missed");
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
