package io.remuda.node.instance;

import io.remuda.protocol.Route;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which leases have how many slots of an instance that is everybody's otherwise. Immutable; {@link
 * SharesDecider} says how one follows another.
 *
 * @param ended the highest number of a share that is over, over restarts of the machine's JVM too:
 *     what is told later is higher
 */
public record Shares(Map<LeaseId, Share> all, long ended) {

  /** Of an instance that no lease has ever had a share of. */
  public static final Shares NONE = new Shares(Map.of(), 0);

  /**
   * One lease's.
   *
   * @param mode CLEARING while others still use its slots, HELD, or UNTOLD as left by a JVM before
   * @param until {@code System.nanoTime()} from which it is over, with no message needed; of no
   *     meaning while CLEARING
   */
  public record Share(LeaseToken token, int slots, Tenure.Mode mode, long until) {}

  public Shares {
    all = Collections.unmodifiableMap(new TreeMap<>(all));
  }

  Optional<Share> of(LeaseId lease) {
    return Optional.ofNullable(all.get(lease));
  }

  /** The highest number that the instance was told for a share. */
  public long highest() {
    return all.values().stream().mapToLong(each -> each.token().number()).reduce(ended, Math::max);
  }

  int slots() {
    return all.values().stream().mapToInt(Share::slots).sum();
  }

  /** As the gateways hear of them. */
  List<Route.Share> shown() {
    return all.values().stream()
        .map(each -> new Route.Share(each.token().lease(), each.slots()))
        .toList();
  }

  Shares with(Share share) {
    Map<LeaseId, Share> next = new TreeMap<>(all);
    next.put(share.token().lease(), share);
    return new Shares(next, ended);
  }

  /** The lease's is over; nothing up to {@code number} comes back. */
  Shares without(LeaseId lease, long number) {
    Map<LeaseId, Share> next = new TreeMap<>(all);
    next.remove(lease);
    return new Shares(next, Math.max(ended, number));
  }
}
