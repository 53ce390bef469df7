package io.remuda.node.agent;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Capacity;
import java.util.Optional;
import java.util.Set;

/**
 * What an agent knows and has promised, as it is now: its standing in the fleet, its ledger, and
 * whether it ends. Soft state but for what {@link AgentMemory} keeps of it. Belongs to one actor.
 */
final class Books {
  private AgentState state;
  private CapacityLedger ledger;
  private MemoryMeter meter = MemoryMeter.NONE;
  // Until the first look a start could be refused for want of GPUs that are there.
  private boolean gpusKnown;
  private Optional<NodeAgent.EndAll> ending = Optional.empty();

  Books(AgentState state, CapacityLedger ledger) {
    this.state = state;
    this.ledger = ledger;
  }

  AgentState state() {
    return state;
  }

  void state(AgentState now) {
    if (!now.cordonedGpus().equals(state.cordonedGpus())) {
      ledger = ledger.cordoning(now.cordonedGpus());
    }
    state = now;
  }

  CapacityLedger ledger() {
    return ledger;
  }

  void ledger(CapacityLedger now) {
    ledger = now;
  }

  MemoryMeter meter() {
    return meter;
  }

  /** The engine of {@code id} is ready, and what it uses shows what it needs. */
  void measures(InstanceId id, long nowNanos) {
    meter = meter.ready(id, nowNanos);
  }

  /** UUIDs of the GPUs that {@code id} was promised something of. */
  Set<String> gpusOf(InstanceId id) {
    return ledger.shareOf(id).keySet();
  }

  Capacity capacity() {
    return ledger.capacity();
  }

  /**
   * The engine of {@code id} has ended.
   *
   * @param firstLook number of the first look at the GPUs that begins from now on
   */
  void ended(InstanceId id, long firstLook, long nowNanos) {
    ledger = ledger.ended(id, firstLook, nowNanos);
    meter = meter.without(id);
  }

  boolean gpusKnown() {
    return gpusKnown;
  }

  /** Whether this was the first look. */
  boolean gpus(NodeAgent.GpusSeen seen) {
    boolean first = !gpusKnown;
    gpusKnown = true;
    ledger = ledger.seen(seen.look(), seen.use(), seen.installedMiB());
    meter = meter.seen(seen.use(), seen.hostMiB());
    return first;
  }

  Optional<NodeAgent.EndAll> ending() {
    return ending;
  }

  void ends(NodeAgent.EndAll end) {
    ending = Optional.of(end);
  }
}
