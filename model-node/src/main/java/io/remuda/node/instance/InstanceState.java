package io.remuda.node.instance;

import io.remuda.protocol.Route;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.FailureKind;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an instance says of itself: one step of its life. Of two states of one instance the one with
 * the higher sequence is the later one, over restarts of the machine's JVM too.
 *
 * @param restarts of its engine, over restarts of the machine's JVM too
 * @param progress of loading in percent, as {@link StartProgress} counts it; -1 where nobody knows
 * @param reason of a phase that is not as it should be, with the engine's last words
 * @param tasks whether it takes durable tasks; empty for models that have none
 * @param failure why it was given up, where it was
 * @param lease that it is kept for, from before it holds it until it is free again
 * @param loading how far its engine is with the model, while it comes up
 * @param shares leases that have some of its slots
 */
public record InstanceState(
    Assignment assignment,
    long sequence,
    Phase phase,
    OptionalLong pid,
    OptionalInt port,
    int restarts,
    int progress,
    Optional<String> reason,
    Serving serving,
    Optional<TaskFacet> tasks,
    Optional<FailureKind> failure,
    Optional<LeaseId> lease,
    Optional<Loading> loading,
    List<Route.Share> shares) {

  /** One that has not begun. */
  public static InstanceState first(InstanceFolder.Kept kept, long sequence, Serving serving) {
    return new InstanceState(
        kept.assignment(),
        sequence,
        Phase.ASSIGNED,
        OptionalLong.empty(),
        OptionalInt.empty(),
        kept.restarts(),
        -1,
        Optional.empty(),
        serving,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** One step further. */
  public InstanceState in(Phase now, Optional<String> why) {
    return new InstanceState(
        assignment,
        sequence + 1,
        now,
        pid,
        port,
        restarts,
        progressIn(now),
        why,
        serving,
        tasks,
        failure,
        lease,
        now == Phase.WARMING ? loading : Optional.empty(),
        shares);
  }

  private int progressIn(Phase now) {
    return switch (now) {
      case READY -> 100;
      case WARMING -> progress;
      case ASSIGNED, STARTING, SUSPECT, DRAINING, BACKOFF, FAILED, ENDED -> -1;
    };
  }

  /** So far, in the phase that it is in. */
  InstanceState loading(int percent, Optional<Loading> further) {
    return new InstanceState(
        assignment,
        sequence + 1,
        phase,
        pid,
        port,
        restarts,
        percent,
        reason,
        serving,
        tasks,
        failure,
        lease,
        further,
        shares);
  }

  InstanceState running(OptionalLong engine, OptionalInt where) {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        engine,
        where,
        restarts,
        progress,
        reason,
        serving,
        tasks,
        failure,
        lease,
        loading,
        shares);
  }

  /** With one more start of its engine counted. */
  public InstanceState restarted() {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        pid,
        port,
        restarts + 1,
        progress,
        reason,
        serving,
        tasks,
        failure,
        lease,
        loading,
        shares);
  }

  InstanceState serving(Serving now) {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        pid,
        port,
        restarts,
        progress,
        reason,
        now,
        tasks,
        failure,
        lease,
        loading,
        shares);
  }

  /** With what is true of its tasks. */
  InstanceState doing(Optional<TaskFacet> now) {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        pid,
        port,
        restarts,
        progress,
        reason,
        serving,
        now,
        failure,
        lease,
        loading,
        shares);
  }

  /** Given up for {@code kind}. */
  InstanceState failed(FailureKind kind) {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        pid,
        port,
        restarts,
        progress,
        reason,
        serving,
        tasks,
        Optional.of(kind),
        lease,
        loading,
        shares);
  }

  /** Kept for {@code holder}, or for nobody, but for what is {@code of} others. */
  public InstanceState keptFor(Optional<LeaseId> holder, List<Route.Share> of) {
    return new InstanceState(
        assignment,
        sequence,
        phase,
        pid,
        port,
        restarts,
        progress,
        reason,
        serving,
        tasks,
        failure,
        holder,
        loading,
        of);
  }

  /** As the registry hears it, with what is true of the gate now. */
  public InstanceReport report(Gate gate) {
    return new InstanceReport(
        assignment.id(),
        assignment.epoch(),
        sequence,
        phase,
        assignment.origin(),
        assignment.spec().engine(),
        pid,
        port,
        gate.slots(),
        gate.inFlight(),
        gate.queued(),
        restarts,
        reason,
        progress < 0 ? OptionalDouble.empty() : OptionalDouble.of(progress / 100.0),
        assignment.claim(),
        tasks,
        assignment.revision(),
        Optional.of(gate.idle()),
        Optional.empty(),
        failure,
        Set.of(),
        // Whoever looks for an instance to put away leaves one with shares alone, too.
        lease.or(() -> shares.stream().map(Route.Share::lease).findFirst()),
        loading,
        Optional.empty());
  }

  /** As the gateways hear it; one that has ended offers nothing, already before its tombstone. */
  public Route route(MachineId machine, String front, int slots) {
    return new Route(
        assignment.id(),
        machine,
        assignment.epoch(),
        sequence,
        phase,
        front,
        phase.isFinal() ? 0 : slots,
        serving.endpoints(),
        serving.clean(),
        progress,
        tasks,
        assignment.revision(),
        lease,
        loading,
        shares,
        serving.continues());
  }
}
