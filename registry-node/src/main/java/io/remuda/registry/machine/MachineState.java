package io.remuda.registry.machine;

import io.remuda.protocol.id.MachineId;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What operators decided about a machine: hard state.
 *
 * @param sequence of the last event; the version that its agent is told
 * @param cordonedGpus UUIDs of those of which new instances get nothing
 */
public record MachineState(
    MachineId machine,
    long sequence,
    boolean cordoned,
    boolean draining,
    Map<String, String> labels,
    Set<String> cordonedGpus) {

  public MachineState {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    cordonedGpus = Collections.unmodifiableSet(new TreeSet<>(cordonedGpus));
  }

  public static MachineState empty(MachineId machine) {
    return new MachineState(machine, 0, false, false, Map.of(), Set.of());
  }

  /** This state after {@code event}. */
  public MachineState on(MachineEvent event) {
    return event.applyTo(
        new MachineState(machine, sequence + 1, cordoned, draining, labels, cordonedGpus));
  }

  MachineState cordoned(boolean closed, boolean emptied) {
    return new MachineState(machine, sequence, closed, emptied, labels, cordonedGpus);
  }

  MachineState labelled(Map<String, String> given) {
    return new MachineState(machine, sequence, cordoned, draining, given, cordonedGpus);
  }

  MachineState withCordoned(Set<String> gpus) {
    Set<String> more = new TreeSet<>(cordonedGpus);
    more.addAll(gpus);
    return new MachineState(machine, sequence, cordoned, draining, labels, more);
  }

  MachineState withoutCordoned(Set<String> gpus) {
    Set<String> fewer = new TreeSet<>(cordonedGpus);
    fewer.removeAll(gpus);
    return new MachineState(machine, sequence, cordoned, draining, labels, fewer);
  }
}
