package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Instances beyond a name's number that leases have left, which stay for the next lease for a
 * while: soft state. Losing it ends them at once, and costs the next lease a start.
 *
 * @param leased instances that leases had at the last look
 * @param until when each of them stays that no lease has any more
 */
record Lingering(Set<InstanceId> leased, Map<InstanceId, Instant> until) {

  static final Lingering NONE = new Lingering(Set.of(), Map.of());

  Lingering {
    leased = Set.copyOf(leased);
    until = Collections.unmodifiableMap(new TreeMap<>(until));
  }
}
