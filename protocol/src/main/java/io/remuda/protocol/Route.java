package io.remuda.protocol;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Continues;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How requests reach one instance, written by its machine alone. Of two routes of one instance the
 * one with the higher (epoch, sequence) holds; absence says nothing, an ENDED one withdraws.
 *
 * @param front host:port of the machine's door
 * @param slots requests the instance works on at once
 * @param endpoints paths that its engine answers, such as {@code /v1/chat/completions}
 * @param clean whether its engine's answers need no repair
 * @param progress of loading in percent; -1 where nobody knows
 * @param tasks whether it takes durable tasks; empty for models that have none
 * @param revision of the recipe that the instance runs; 0 from a machine that does not say
 * @param lease that the instance is kept for: it takes no other requests meanwhile; empty: it is
 *     everybody's
 * @param loading how far its engine is with the model, while it comes up
 * @param shares leases that have some of its slots; it takes everybody's requests with the others
 * @param continues how its engine goes on with a text that another one began
 */
public record Route(
    InstanceId instance,
    MachineId machine,
    long epoch,
    long sequence,
    Phase phase,
    String front,
    int slots,
    Set<String> endpoints,
    boolean clean,
    int progress,
    Optional<TaskFacet> tasks,
    long revision,
    Optional<LeaseId> lease,
    Optional<Loading> loading,
    List<Share> shares,
    Continues continues)
    implements WireMessage {

  /** So many slots of the instance are one lease's. */
  public record Share(LeaseId lease, int slots) {}

  /** One whose engine goes on with nothing that another one began. */
  public Route(
      InstanceId instance,
      MachineId machine,
      long epoch,
      long sequence,
      Phase phase,
      String front,
      int slots,
      Set<String> endpoints,
      boolean clean,
      int progress,
      Optional<TaskFacet> tasks,
      long revision,
      Optional<LeaseId> lease,
      Optional<Loading> loading,
      List<Share> shares) {
    this(
        instance,
        machine,
        epoch,
        sequence,
        phase,
        front,
        slots,
        endpoints,
        clean,
        progress,
        tasks,
        revision,
        lease,
        loading,
        shares,
        Continues.NONE);
  }

  /** One of which no lease has a share. */
  public Route(
      InstanceId instance,
      MachineId machine,
      long epoch,
      long sequence,
      Phase phase,
      String front,
      int slots,
      Set<String> endpoints,
      boolean clean,
      int progress,
      Optional<TaskFacet> tasks,
      long revision,
      Optional<LeaseId> lease,
      Optional<Loading> loading) {
    this(
        instance, machine, epoch, sequence, phase, front, slots, endpoints, clean, progress, tasks,
        revision, lease, loading, List.of());
  }

  /** One that is everybody's. */
  public Route(
      InstanceId instance,
      MachineId machine,
      long epoch,
      long sequence,
      Phase phase,
      String front,
      int slots,
      Set<String> endpoints,
      boolean clean,
      int progress,
      Optional<TaskFacet> tasks,
      long revision) {
    this(
        instance,
        machine,
        epoch,
        sequence,
        phase,
        front,
        slots,
        endpoints,
        clean,
        progress,
        tasks,
        revision,
        Optional.empty());
  }

  /** One that says nothing of how far it is but the percentage. */
  public Route(
      InstanceId instance,
      MachineId machine,
      long epoch,
      long sequence,
      Phase phase,
      String front,
      int slots,
      Set<String> endpoints,
      boolean clean,
      int progress,
      Optional<TaskFacet> tasks,
      long revision,
      Optional<LeaseId> lease) {
    this(
        instance,
        machine,
        epoch,
        sequence,
        phase,
        front,
        slots,
        endpoints,
        clean,
        progress,
        tasks,
        revision,
        lease,
        Optional.empty());
  }

  public Route {
    lease = Absent.orEmpty(lease);
    loading = Absent.orEmpty(loading);
    shares = Absent.orEmpty(shares);
    continues = continues == null ? Continues.NONE : continues;
    endpoints = java.util.Collections.unmodifiableSet(new TreeSet<>(endpoints));
  }

  /** Slots that no lease has a share of. */
  public int openSlots() {
    if (shares.isEmpty()) {
      return slots;
    }
    int kept = shares.stream().mapToInt(Share::slots).sum();
    return Math.max(0, slots - kept);
  }

  /** Whether it takes requests under no lease. */
  public boolean isOpen() {
    return lease.isEmpty() && (shares.isEmpty() || openSlots() > 0);
  }

  /** Whether {@code other} has the instance, or some of its slots. */
  public boolean isOf(LeaseId other) {
    return lease.filter(other::equals).isPresent()
        || shares.stream().anyMatch(share -> share.lease().equals(other));
  }

  /** Whether this one replaces {@code other}, of the same instance. */
  public boolean isNewerThan(Route other) {
    return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
  }
}
