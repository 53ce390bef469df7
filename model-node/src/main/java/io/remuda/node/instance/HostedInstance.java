package io.remuda.node.instance;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One instance as the byte path sees it, at one moment. Immutable but for its gate, its lease and
 * its pulse, which stay the same objects for as long as the instance lives, over restarts of its
 * engine too.
 *
 * @param phase requests are taken while it is READY and the gate is open
 * @param progress of loading in percent; -1 where nobody knows
 * @param reason of a phase that is not as it should be
 * @param clean whether the engine's answers need no repair
 * @param endpoints paths that the engine answers, such as {@code /v1/chat/completions}
 * @param schema of a typed model
 * @param pulse {@code System.nanoTime()} of the last byte that the engine sent; the front keeps it
 * @param lease whom it lets in; stays the same object as the gate does
 */
public record HostedInstance(
    InstanceId id,
    String engine,
    Phase phase,
    int progress,
    Optional<String> reason,
    Gate gate,
    Upstream upstream,
    boolean clean,
    Set<String> endpoints,
    Optional<Schema> schema,
    AtomicLong pulse,
    LeaseGate lease) {

  public HostedInstance {
    endpoints = java.util.Collections.unmodifiableSet(new TreeSet<>(endpoints));
  }

  /** One that no lease has held, and that none will. */
  public HostedInstance(
      InstanceId id,
      String engine,
      Phase phase,
      int progress,
      Optional<String> reason,
      Gate gate,
      Upstream upstream,
      boolean clean,
      Set<String> endpoints,
      Optional<Schema> schema,
      AtomicLong pulse) {
    this(
        id,
        engine,
        phase,
        progress,
        reason,
        gate,
        upstream,
        clean,
        endpoints,
        schema,
        pulse,
        new LeaseGate(id, Tenure.NEVER, () -> 0L));
  }

  /** The public name, which requests carry as their model. */
  public String alias() {
    return id.model().value();
  }

  HostedInstance serving(Serving now) {
    return new HostedInstance(
        id,
        engine,
        phase,
        progress,
        reason,
        gate,
        upstream,
        now.clean(),
        now.endpoints(),
        schema,
        pulse,
        lease);
  }

  HostedInstance in(Phase now, int percent, Optional<String> why, Upstream where) {
    return new HostedInstance(
        id, engine, now, percent, why, gate, where, clean, endpoints, schema, pulse, lease);
  }
}
