package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a machine says of one of its instances: soft state, true at the moment it was sent.
 *
 * @param epoch of the command that started it
 * @param sequence rises with every change; with the epoch it orders reports
 * @param origin where the instance comes from
 * @param pid of the engine's process; absent while there is none, and for engines in the JVM
 * @param port on which the engine listens on loopback
 * @param slots requests it works on at once
 * @param inFlight requests it works on now
 * @param queued requests that wait in its gate
 * @param restarts how often its engine was started again
 * @param reason of a phase that is not as it should be, with the engine's last words
 * @param progress of loading, 0 to 1: the time it has taken as a share of what the last start of
 *     the same model took on its machine; at a first start the share of its files that was read,
 *     where its machine can see that
 * @param claim what it holds of its machine
 * @param tasks whether it takes durable tasks; empty for models that have none
 * @param revision of the recipe that it runs; 0 from a machine that does not say
 * @param idle how long it has had nothing to do; a duration, so that no two clocks are compared
 * @param measured what its engine was seen to use at most; empty until it has worked for a while
 * @param failure why it failed, for those who decide; {@code reason} is for people
 * @param gpus UUIDs of the GPUs that it has something of; empty from a machine that does not say
 * @param lease that it is kept for, or one of those that have shares of its slots
 * @param loading how far its engine is with the model, while it comes up
 * @param trouble what went wrong with its engine so far; empty where nothing did
 */
public record InstanceReport(
    InstanceId id,
    long epoch,
    long sequence,
    Phase phase,
    Origin origin,
    String engine,
    OptionalLong pid,
    OptionalInt port,
    int slots,
    int inFlight,
    int queued,
    int restarts,
    Optional<String> reason,
    OptionalDouble progress,
    Resources claim,
    Optional<TaskFacet> tasks,
    long revision,
    Optional<Duration> idle,
    Optional<Resources> measured,
    Optional<FailureKind> failure,
    Set<String> gpus,
    Optional<LeaseId> lease,
    Optional<Loading> loading,
    Optional<Trouble> trouble)
    implements WireMessage {

  /**
   * One that no lease has, that says nothing of how far it is but the share, and nothing of
   * trouble.
   */
  public InstanceReport(
      InstanceId id,
      long epoch,
      long sequence,
      Phase phase,
      Origin origin,
      String engine,
      OptionalLong pid,
      OptionalInt port,
      int slots,
      int inFlight,
      int queued,
      int restarts,
      Optional<String> reason,
      OptionalDouble progress,
      Resources claim,
      Optional<TaskFacet> tasks,
      long revision,
      Optional<Duration> idle,
      Optional<Resources> measured,
      Optional<FailureKind> failure) {
    this(
        id,
        epoch,
        sequence,
        phase,
        origin,
        engine,
        pid,
        port,
        slots,
        inFlight,
        queued,
        restarts,
        reason,
        progress,
        claim,
        tasks,
        revision,
        idle,
        measured,
        failure,
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public InstanceReport {
    idle = Absent.orEmpty(idle);
    measured = Absent.orEmpty(measured);
    failure = Absent.orEmpty(failure);
    gpus = Absent.orEmpty(gpus);
    lease = Absent.orEmpty(lease);
    loading = Absent.orEmpty(loading);
    trouble = Absent.orEmpty(trouble);
  }

  public InstanceReport withReason(Optional<String> other) {
    return new InstanceReport(
        id, epoch, sequence, phase, origin, engine, pid, port, slots, inFlight, queued, restarts,
        other, progress, claim, tasks, revision, idle, measured, failure, gpus, lease, loading,
        trouble);
  }

  /** Kinds of failure after which something else is to be done. */
  public enum FailureKind {
    /** Its engine found too little memory. */
    OUT_OF_MEMORY,
    /** Its engine cannot be started here, whatever is free: no program, a wrong argument. */
    NOT_STARTABLE,
    /** Its engine ended again and again. */
    EXITED,
    /** Its engine ran and did not answer. */
    HUNG
  }

  public InstanceReport withMeasured(Optional<Resources> seen) {
    return new InstanceReport(
        id, epoch, sequence, phase, origin, engine, pid, port, slots, inFlight, queued, restarts,
        reason, progress, claim, tasks, revision, idle, seen, failure, gpus, lease, loading,
        trouble);
  }

  /** The same, of an instance that has something of these GPUs. */
  public InstanceReport withGpus(Set<String> uuids) {
    return new InstanceReport(
        id, epoch, sequence, phase, origin, engine, pid, port, slots, inFlight, queued, restarts,
        reason, progress, claim, tasks, revision, idle, measured, failure, uuids, lease, loading,
        trouble);
  }

  /** The same, of an instance with whose engine this went wrong. */
  public InstanceReport withTrouble(Optional<Trouble> seen) {
    return new InstanceReport(
        id, epoch, sequence, phase, origin, engine, pid, port, slots, inFlight, queued, restarts,
        reason, progress, claim, tasks, revision, idle, measured, failure, gpus, lease, loading,
        seen);
  }

  /** The same in another phase, working on nothing. */
  public InstanceReport restingIn(Phase other) {
    return new InstanceReport(
        id, epoch, sequence, other, origin, engine, pid, port, slots, 0, 0, restarts, reason,
        progress, claim, tasks, revision, idle, measured, failure, gpus, lease, loading, trouble);
  }

  /** Where an instance comes from. */
  public enum Origin {
    /** The registry assigned it. */
    ASSIGNED,
    /** The machine registered it by itself. */
    SELF
  }
}
