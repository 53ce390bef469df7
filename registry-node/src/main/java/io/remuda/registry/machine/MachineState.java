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
 * @param drainingGpus of these, those that what uses them is moved away from
 */
public record MachineState(
    MachineId machine,
    long sequence,
    boolean cordoned,
    boolean draining,
    Map<String, String> labels,
    Set<String> cordonedGpus,
    Set<String> drainingGpus) {

  public MachineState {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    cordonedGpus = Collections.unmodifiableSet(new TreeSet<>(cordonedGpus));
    drainingGpus = Collections.unmodifiableSet(new TreeSet<>(drainingGpus));
  }

  public static MachineState empty(MachineId machine) {
    return new MachineState(machine, 0, false, false, Map.of(), Set.of(), Set.of());
  }

  /** This state after {@code event}. */
  public MachineState on(MachineEvent event) {
    return event.applyTo(with(sequence + 1, cordonedGpus, drainingGpus));
  }

  MachineState cordoned(boolean closed, boolean emptied) {
    return new MachineState(machine, sequence, closed, emptied, labels, cordonedGpus, drainingGpus);
  }

  MachineState labelled(Map<String, String> given) {
    return new MachineState(
        machine, sequence, cordoned, draining, given, cordonedGpus, drainingGpus);
  }

  /** What uses them stays. */
  MachineState withCordoned(Set<String> gpus) {
    return with(sequence, and(cordonedGpus, gpus), without(drainingGpus, gpus));
  }

  MachineState withDraining(Set<String> gpus) {
    return with(sequence, and(cordonedGpus, gpus), and(drainingGpus, gpus));
  }

  MachineState withoutCordoned(Set<String> gpus) {
    return with(sequence, without(cordonedGpus, gpus), without(drainingGpus, gpus));
  }

  private MachineState with(long number, Set<String> closed, Set<String> emptied) {
    return new MachineState(machine, number, cordoned, draining, labels, closed, emptied);
  }

  private static Set<String> and(Set<String> some, Set<String> others) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(others);
    return all;
  }

  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> left = new TreeSet<>(all);
    left.removeAll(others);
    return left;
  }
}
