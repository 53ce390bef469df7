package io.remuda.node.agent;

import io.remuda.protocol.id.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose engine may start: one at a time, so that two engines never measure the same free memory.
 * Immutable.
 */
public record StartTurns(Optional<InstanceId> holder, List<InstanceId> waiting) {

  public static final StartTurns NONE = new StartTurns(Optional.empty(), List.of());

  public StartTurns {
    waiting = List.copyOf(waiting);
  }

  public StartTurns wants(InstanceId id) {
    if (holder.equals(Optional.of(id)) || waiting.contains(id)) {
      return this;
    }
    List<InstanceId> longer = new ArrayList<>(waiting);
    longer.add(id);
    return next(holder, longer);
  }

  /** {@code id} has done, or wants no turn any more. */
  public StartTurns over(InstanceId id) {
    List<InstanceId> shorter = new ArrayList<>(waiting);
    shorter.remove(id);
    return next(holder.filter(current -> !current.equals(id)), shorter);
  }

  private static StartTurns next(Optional<InstanceId> holder, List<InstanceId> waiting) {
    return holder.isPresent() || waiting.isEmpty()
        ? new StartTurns(holder, waiting)
        : new StartTurns(Optional.of(waiting.get(0)), waiting.subList(1, waiting.size()));
  }
}
