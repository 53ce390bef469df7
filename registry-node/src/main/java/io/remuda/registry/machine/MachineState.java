package io.remuda.registry.machine;

import io.remuda.protocol.id.MachineId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What operators decided about a machine: hard state.
 *
 * @param sequence of the last event; the version that its agent is told
 */
public record MachineState(
    MachineId machine,
    long sequence,
    boolean cordoned,
    boolean draining,
    Map<String, String> labels) {

  public MachineState {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  public static MachineState empty(MachineId machine) {
    return new MachineState(machine, 0, false, false, Map.of());
  }

  /** This state after {@code event}. */
  public MachineState on(MachineEvent event) {
    return event.applyTo(new MachineState(machine, sequence + 1, cordoned, draining, labels));
  }

  MachineState cordoned(boolean closed, boolean emptied) {
    return new MachineState(machine, sequence, closed, emptied, labels);
  }

  MachineState labelled(Map<String, String> given) {
    return new MachineState(machine, sequence, cordoned, draining, given);
  }
}
