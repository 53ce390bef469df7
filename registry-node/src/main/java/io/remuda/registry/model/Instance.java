package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Resources;
import java.time.Instant;
import java.util.Optional;

/**
 * What was decided about one replica: hard state. How it fares is soft state and lives in reports.
 *
 * @param revision of the recipe it was started from
 * @param readyAt when it first took requests
 * @param stop present once its end is decided
 * @param restarts of its engine by its machine, as far as they were written
 */
public record Instance(
    InstanceId id,
    MachineId machine,
    Resources claim,
    long revision,
    Origin origin,
    Instant assignedAt,
    Optional<Instant> readyAt,
    Optional<Stop> stop,
    Restarts restarts) {

  /**
   * The decision to end an instance.
   *
   * @param epoch at least that of the start, so that no delayed start follows it
   */
  public record Stop(long epoch, String reason) {}

  /**
   * The last restart of its engine that was written.
   *
   * @param times how often by then
   */
  public record Restarts(int times, String reason, Instant at) {
    public static final Restarts NONE = new Restarts(0, "", Instant.EPOCH);
  }

  /** Carried by the commands that start it. */
  public long epoch() {
    return id.number();
  }

  public boolean stopping() {
    return stop.isPresent();
  }

  Instance readyAt(Instant at) {
    return new Instance(
        id,
        machine,
        claim,
        revision,
        origin,
        assignedAt,
        readyAt.or(() -> Optional.of(at)),
        stop,
        restarts);
  }

  Instance stoppedBy(Stop decision) {
    return new Instance(
        id, machine, claim, revision, origin, assignedAt, readyAt, Optional.of(decision), restarts);
  }

  Instance restarted(Restarts last) {
    return new Instance(id, machine, claim, revision, origin, assignedAt, readyAt, stop, last);
  }
}
