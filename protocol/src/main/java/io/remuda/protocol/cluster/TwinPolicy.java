package io.remuda.protocol.cluster;

import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether one that asks with the id of a living member is another machine, a copy of it. One that
 * was killed and comes back meets its former self for a moment, and is none; a copy goes on asking.
 * Times are those of one steady clock.
 */
final class TwinPolicy {

  private record Asking(long sinceNanos, long lastNanos) {}

  private final long patienceNanos;
  private final Map<MachineId, Asking> asking = new HashMap<>();

  /**
   * @param patience of asking without a break of the same length
   */
  TwinPolicy(Duration patience) {
    this.patienceNanos = patience.toNanos();
  }

  /**
   * Whether {@code machine}, which asks now, has been asking for long enough.
   *
   * @param living machines that are members now and answer
   */
  synchronized boolean isTwin(MachineId machine, Set<MachineId> living, long nowNanos) {
    asking.keySet().retainAll(living);
    asking.values().removeIf(before -> nowNanos - before.lastNanos() > patienceNanos);
    long since = asking.containsKey(machine) ? asking.get(machine).sinceNanos() : nowNanos;
    asking.put(machine, new Asking(since, nowNanos));
    return nowNanos - since >= patienceNanos;
  }
}
