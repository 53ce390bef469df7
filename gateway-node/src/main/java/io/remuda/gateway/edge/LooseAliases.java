package io.remuda.gateway.edge;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Aliases whose model is gone, as requests have found them, and since when. News of a model's
 * removal may be here before those of its alias's switch, so that the first requests wait for a
 * while; of one that leads nowhere for longer none does. Of any thread; as large as there are
 * aliases that lead nowhere.
 */
final class LooseAliases {

  private record Loose(ModelName target, long since) {}

  private final ConcurrentHashMap<String, Loose> found = new ConcurrentHashMap<>();
  private final Duration grace;

  /**
   * @param grace that a switch may take to be heard here
   */
  LooseAliases(Duration grace) {
    this.grace = grace;
  }

  /** Forgets those that lead somewhere, or that are gone: to be loose again is another switch. */
  void settled(RouteSnapshot now) {
    if (!found.isEmpty()) {
      found.keySet().removeIf(alias -> now.get(alias) != null || now.aliasOf(alias).isEmpty());
    }
  }

  /**
   * For how much longer {@code alias} may be about to be switched.
   *
   * @param target that it stands for, and that is gone
   * @param now of {@link System#nanoTime()}
   */
  Duration left(String alias, ModelName target, long now) {
    Loose loose =
        found.compute(
            alias,
            (name, known) ->
                known != null && known.target().equals(target) ? known : new Loose(target, now));
    Duration left = grace.minusNanos(now - loose.since());
    return left.isNegative() ? Duration.ZERO : left;
  }
}
