package io.remuda.node.agent;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.SetMachineState;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What an agent knows of its standing in the fleet, and what follows from it: whose commands it
 * obeys, whether it takes new instances, which instances are over. Immutable.
 *
 * @param journal whose commands are obeyed; empty until the first
 * @param settled whether the registry has told its state since this JVM started
 * @param version of that state
 * @param cordonedGpus UUIDs of those of which new instances get nothing
 * @param epochs the highest seen of each instance that is here or lately was
 * @param tombstones of instances that have ended, kept for an hour
 */
public record AgentState(
    Optional<JournalId> journal,
    boolean settled,
    long version,
    boolean cordoned,
    Map<String, String> labels,
    Set<String> cordonedGpus,
    Map<InstanceId, Long> epochs,
    Map<InstanceId, Tombstone> tombstones) {

  /**
   * An instance that has ended and never comes back.
   *
   * @param sequence of its last word, so that its route stays withdrawn
   */
  public record Tombstone(long epoch, long sequence, Instant endedAt) {}

  public AgentState {
    labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    cordonedGpus = Set.copyOf(cordonedGpus);
    epochs = java.util.Collections.unmodifiableMap(new TreeMap<>(epochs));
    tombstones = java.util.Collections.unmodifiableMap(new TreeMap<>(tombstones));
  }

  /** An agent that has heard nothing since its JVM started. */
  public static AgentState fresh(
      Optional<JournalId> journal, Map<InstanceId, Tombstone> tombstones) {
    Map<InstanceId, Long> epochs = new TreeMap<>();
    tombstones.forEach((id, stone) -> epochs.put(id, stone.epoch()));
    return new AgentState(journal, false, -1, false, Map.of(), Set.of(), epochs, tombstones);
  }

  /** Why a start is not obeyed; an instance that is here already is no reason. */
  public Optional<Refused> objectionTo(StartInstance start, Predicate<InstanceId> here) {
    Optional<Refused> foreign = objectionTo(start.journal());
    if (foreign.isPresent()) {
      return foreign;
    }
    if (start.epoch() < epochs.getOrDefault(start.id(), Long.MIN_VALUE)) {
      return stale(start.id(), start.epoch());
    }
    if (tombstones.containsKey(start.id())) {
      return refuse(
          ErrorCode.ENDED,
          "instance "
              + start.id()
              + " has ended on this machine and its id is never used again;"
              + " assign a new one");
    }
    if (here.test(start.id())) {
      return Optional.empty();
    }
    if (!settled) {
      return refuse(
          ErrorCode.CORDONED,
          "this machine has just joined and waits for its state from the registry; try again in a"
              + " moment");
    }
    if (cordoned) {
      return refuse(
          ErrorCode.CORDONED,
          "this machine is cordoned and takes no new instances; uncordon it or use another");
    }
    return Optional.empty();
  }

  /** Why a stop is not obeyed. */
  public Optional<Refused> objectionTo(StopInstance stop) {
    Optional<Refused> foreign = objectionTo(stop.journal());
    if (foreign.isPresent()) {
      return foreign;
    }
    return stop.epoch() < epochs.getOrDefault(stop.id(), Long.MIN_VALUE)
        ? stale(stop.id(), stop.epoch())
        : Optional.empty();
  }

  /** Why a state from the registry is not taken. */
  public Optional<Refused> objectionTo(SetMachineState state) {
    Optional<Refused> foreign = objectionTo(state.journal());
    if (foreign.isPresent()) {
      return foreign;
    }
    return settled && state.version() < version
        ? refuse(
            ErrorCode.STALE_VERSION,
            "this machine has version "
                + version
                + " of its state, "
                + state.version()
                + " is older")
        : Optional.empty();
  }

  /** Why no command of {@code whose} journal is obeyed. */
  Optional<Refused> objectionTo(JournalId whose) {
    return journal.isPresent() && !journal.get().equals(whose)
        ? refuse(
            ErrorCode.WRONG_JOURNAL,
            "this machine belongs to the fleet of journal %s and obeys no other, such as %s; to move"
                    .formatted(journal.get(), whose)
                + " it, start it with another data directory")
        : Optional.empty();
  }

  /** Whether {@code state} tells nothing new: it is told again until its answer has come. */
  public boolean knows(SetMachineState state) {
    return settled
        && journal.equals(Optional.of(state.journal()))
        && version == state.version()
        && cordoned == state.cordoned()
        && labels.equals(state.labels())
        && cordonedGpus.equals(state.cordonedGpus());
  }

  public AgentState with(SetMachineState state) {
    return new AgentState(
        Optional.of(state.journal()),
        true,
        state.version(),
        state.cordoned(),
        state.labels(),
        state.cordonedGpus(),
        epochs,
        tombstones);
  }

  /** This state after a command with {@code epoch} was obeyed. */
  public AgentState seen(InstanceId id, long epoch, JournalId whose) {
    Map<InstanceId, Long> raised = new TreeMap<>(epochs);
    raised.merge(id, epoch, Math::max);
    return new AgentState(
        Optional.of(whose), settled, version, cordoned, labels, cordonedGpus, raised, tombstones);
  }

  public AgentState ended(InstanceId id, Tombstone stone) {
    Map<InstanceId, Tombstone> more = new TreeMap<>(tombstones);
    more.put(id, stone);
    return new AgentState(journal, settled, version, cordoned, labels, cordonedGpus, epochs, more);
  }

  /** This state without what ended longer ago than {@code keep}. */
  public AgentState prune(Instant now, Duration keep) {
    Instant oldest = now.minus(keep);
    if (tombstones.values().stream().noneMatch(stone -> stone.endedAt().isBefore(oldest))) {
      return this;
    }
    Map<InstanceId, Tombstone> kept = new TreeMap<>(tombstones);
    kept.values().removeIf(stone -> stone.endedAt().isBefore(oldest));
    Map<InstanceId, Long> known = new TreeMap<>(epochs);
    known.keySet().removeIf(id -> tombstones.containsKey(id) && !kept.containsKey(id));
    return new AgentState(journal, settled, version, cordoned, labels, cordonedGpus, known, kept);
  }

  private Optional<Refused> stale(InstanceId id, long epoch) {
    return refuse(
        ErrorCode.STALE_EPOCH,
        "instance %s was commanded with epoch %d before, %d is older"
            .formatted(id, epochs.get(id), epoch));
  }

  private static Optional<Refused> refuse(ErrorCode code, String sentence) {
    return Optional.of(Refused.of(code, sentence));
  }
}
