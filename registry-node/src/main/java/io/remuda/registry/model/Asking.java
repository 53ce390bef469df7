package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The idle instances of one machine that are asked to give way together: soft state.
 *
 * <p>Of several each says first whether it would go, and none goes before all have said so. Then
 * one after the other is asked to; one that stays after all leaves those after it where they are.
 *
 * @param until then nobody else is asked
 * @param unsure have not said yet whether they would go
 * @param left are still to be asked to go
 * @param going was asked to go and has not answered
 */
record Asking(
    MachineId machine,
    Instant until,
    Set<InstanceId> unsure,
    List<InstanceId> left,
    Optional<InstanceId> going) {

  Asking {
    unsure = Collections.unmodifiableSet(new TreeSet<>(unsure));
    left = List.copyOf(left);
  }

  static Asking of(MachineId machine, List<InstanceId> others, Instant until) {
    Set<InstanceId> unsure = others.size() > 1 ? Set.copyOf(others) : Set.of();
    return new Asking(machine, until, unsure, others, Optional.empty());
  }

  /** Who is to be asked to go now; nobody while anybody has still to answer. */
  Optional<InstanceId> next() {
    return unsure.isEmpty() && going.isEmpty() ? left.stream().findFirst() : Optional.empty();
  }

  /** {@link #next} was asked. */
  Asking sent() {
    return new Asking(machine, until, unsure, left.subList(1, left.size()), next());
  }

  /** {@code id} would go. */
  Asking would(InstanceId id) {
    Set<InstanceId> others = new TreeSet<>(unsure);
    others.remove(id);
    return new Asking(machine, until, others, left, going);
  }

  /** {@code id} goes. */
  Asking goes(InstanceId id) {
    return new Asking(machine, until, unsure, left, going.filter(one -> !one.equals(id)));
  }

  boolean concerns(InstanceId id) {
    return left.contains(id) || going.filter(id::equals).isPresent();
  }
}
