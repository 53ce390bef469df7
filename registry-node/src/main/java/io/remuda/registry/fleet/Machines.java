package io.remuda.registry.fleet;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.fleet.FleetMessage.MembersSeen;
import io.remuda.registry.fleet.NodeHealth.Emptied;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The machines that one registry node has heard, how each fares, and what was decided about them.
 * Keeps the latest word of each; asks and tells nobody.
 */
final class Machines {

  private final Map<MachineId, NodeHealth> byId = new TreeMap<>();
  private final Map<MachineId, MachineDecided> decided = new TreeMap<>();
  private Optional<MembersSeen> members = Optional.empty();

  Optional<NodeHealth> get(MachineId machine) {
    return Optional.ofNullable(byId.get(machine));
  }

  Collection<NodeHealth> all() {
    return byId.values();
  }

  Set<MachineId> ids() {
    return byId.keySet();
  }

  /** Takes in a report; false when a later word of the machine is known. */
  boolean reported(NodeReport report, ActorRef<NodeProtocol.Command> agent, Instant now) {
    NodeHealth known = byId.get(report.machine());
    if (known != null && known.outdates(report)) {
      return false;
    }
    MachineDecided decision = decided.get(report.machine());
    byId.put(
        report.machine(),
        known == null
            ? NodeHealth.first(report, agent, now)
                .draining(decision == null ? Emptied.NONE : Emptied.by(decision))
            : known.reported(report, agent, now));
    return true;
  }

  void answered(NodeProtocol.Pong pong, Instant now) {
    byId.computeIfPresent(pong.machine(), (id, health) -> health.answered(pong, now));
  }

  /** Takes in what the machine has and has promised now; whether that is news. */
  boolean capacity(MachineId machine, Capacity capacity) {
    NodeHealth known = byId.get(machine);
    if (known == null || known.report().capacity().equals(capacity)) {
      return false;
    }
    byId.put(machine, known.with(capacity));
    return true;
  }

  void pinged(MachineId machine, long nonce, Instant now) {
    byId.computeIfPresent(machine, (id, health) -> health.pinged(nonce, now));
  }

  /** All but {@code asked} are asked nothing any more and owe no answer. */
  void askedOnly(Set<MachineId> asked) {
    byId.replaceAll((machine, health) -> asked.contains(machine) ? health : health.unasked());
  }

  /** The machine says goodbye; false when that was an earlier life of it. */
  boolean leaving(MachineId machine, long incarnation) {
    NodeHealth known = byId.get(machine);
    if (known == null || known.report().incarnation() > incarnation) {
      return false;
    }
    byId.put(machine, known.leaving());
    return true;
  }

  /** Takes in what was decided; false when something later is known. */
  boolean decided(MachineDecided told) {
    MachineDecided before = decided.get(told.machine());
    if (before != null && before.version() > told.version()) {
      return false;
    }
    decided.put(told.machine(), told);
    byId.computeIfPresent(told.machine(), (id, health) -> health.draining(Emptied.by(told)));
    return true;
  }

  Map<MachineId, MachineDecided> decided() {
    return decided;
  }

  void members(MembersSeen seen) {
    members = Optional.of(seen);
  }

  void withoutPause(Duration pause, Instant now) {
    byId.replaceAll((machine, health) -> health.withoutPause(pause, now));
  }

  /** Those that were last heard before {@code limit} and hold nothing are listed no more. */
  void forget(Instant limit, Set<MachineId> needed) {
    byId.entrySet()
        .removeIf(
            entry -> entry.getValue().heard().isBefore(limit) && !needed.contains(entry.getKey()));
  }

  List<Machine> seen(Instant now) {
    return byId.values().stream()
        .map(health -> health.seen(isReachable(health.address()), now))
        .toList();
  }

  /**
   * How long nothing was heard of each machine, also of those that were never heard here and have
   * something placed on them: they are silent for as long as we have been looking.
   */
  Map<MachineId, Duration> silences(Set<MachineId> placedOn, Duration watching, Instant now) {
    Map<MachineId, Duration> silences = new TreeMap<>();
    placedOn.forEach(id -> silences.put(id, watching));
    byId.forEach((id, health) -> silences.put(id, Duration.between(health.heard(), now)));
    return silences;
  }

  Map<MachineId, ActorRef<NodeProtocol.Command>> agents() {
    Map<MachineId, ActorRef<NodeProtocol.Command>> agents = new TreeMap<>();
    byId.forEach((id, health) -> agents.put(id, health.agent()));
    return agents;
  }

  /** Where the cluster has not been seen yet, and in one's own JVM, everybody is. */
  private boolean isReachable(Address address) {
    return members.isEmpty()
        || address.host().isEmpty()
        || members.get().members().contains(address)
            && !members.get().unreachable().contains(address);
  }
}
