package io.remuda.protocol.cluster;

import java.time.Duration;

/**
 * Whether a node is in a cluster that the registry has left for good. Its members see nothing wrong
 * with one another, so that no split-brain resolver ever ends such a cluster, and the registry,
 * which comes back in a cluster of its own, never hears of them. Times are those of one steady
 * clock.
 */
final class StrandedPolicy {

  private final long limitNanos;
  private boolean without;
  private long sinceNanos;

  /**
   * @param limit for so long a cluster may be without a registry node
   */
  StrandedPolicy(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /**
   * To be asked again and again.
   *
   * @param registry whether a registry node is a member, be it reached or not
   */
  boolean isStranded(boolean registry, long nowNanos) {
    if (registry) {
      without = false;
      return false;
    }
    if (!without) {
      without = true;
      sinceNanos = nowNanos;
    }
    return nowNanos - sinceNanos >= limitNanos;
  }
}
