package io.remuda.protocol.cluster;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Whether something is worth a line: of each source one in an interval, and of all sources no more
 * than some. It remembers no more sources than that, so nobody can fill its memory either. Times
 * are those of one steady clock.
 */
public final class FloodPolicy {

  private final long intervalNanos;
  private final int most;
  private final Map<String, Long> said = new LinkedHashMap<>();
  private long unsaid;

  /**
   * @param most lines of all sources within an interval
   */
  public FloodPolicy(Duration interval, int most) {
    this.intervalNanos = interval.toNanos();
    this.most = most;
  }

  /** As {@code remuda.cluster} has it. */
  public static FloodPolicy of(Config config) {
    return new FloodPolicy(
        config.getDuration("remuda.cluster.refusal-interval"),
        config.getInt("remuda.cluster.refusals-per-interval"));
  }

  /** Empty when it is to be kept quiet, else how many were kept quiet since the last line. */
  public synchronized OptionalLong ask(String source, long nowNanos) {
    said.values().removeIf(at -> nowNanos - at >= intervalNanos);
    if (said.containsKey(source) || said.size() >= most) {
      unsaid++;
      return OptionalLong.empty();
    }
    said.put(source, nowNanos);
    long before = unsaid;
    unsaid = 0;
    return OptionalLong.of(before);
  }
}
