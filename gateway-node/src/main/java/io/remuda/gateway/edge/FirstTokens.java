package io.remuda.gateway.edge;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long streams lately took from their way to an instance to their first bytes, for each model.
 * What a request was held before does not count: that is told apart, as what waits.
 */
public final class FirstTokens {

  /** Of each model the last so many are kept. */
  private static final int KEPT = 128;

  private static final double RANK = 0.9;

  private final Map<String, Ring> models = new ConcurrentHashMap<>();
  private final long window;

  /**
   * @param window older ones do not count
   */
  public FirstTokens(Duration window) {
    this.window = window.toNanos();
  }

  /**
   * A stream's first bytes have come.
   *
   * @param at of {@link System#nanoTime()}
   * @param nanos since it was sent to its instance
   */
  void seen(String model, long at, long nanos) {
    models.computeIfAbsent(model, name -> new Ring()).add(at, nanos);
  }

  /**
   * The 90th percentile of each of {@code wanted} that had a stream lately; all other models are
   * forgotten.
   */
  public Map<String, Duration> percentiles(Set<String> wanted, long now) {
    models.keySet().retainAll(wanted);
    Map<String, Duration> found = new HashMap<>();
    models.forEach(
        (model, ring) -> ring.percentile(now, window).ifPresent(took -> found.put(model, took)));
    return found;
  }

  private static final class Ring {
    private final long[] at = new long[KEPT];
    private final long[] nanos = new long[KEPT];
    private int count;

    synchronized void add(long when, long took) {
      at[count % KEPT] = when;
      nanos[count % KEPT] = took;
      count = count == 2 * KEPT - 1 ? KEPT : count + 1;
    }

    synchronized Optional<Duration> percentile(long now, long window) {
      long[] recent = new long[KEPT];
      int found = 0;
      for (int i = 0; i < Math.min(count, KEPT); i++) {
        if (now - at[i] <= window) {
          recent[found++] = nanos[i];
        }
      }
      if (found == 0) {
        return Optional.empty();
      }
      Arrays.sort(recent, 0, found);
      return Optional.of(Duration.ofNanos(recent[(int) Math.ceil(found * RANK) - 1]));
    }
  }
}
