package io.remuda.registry.machine;

import io.remuda.protocol.id.MachineId;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was decided about a machine. Applying an event changes state and never decides. */
public sealed interface MachineEvent extends JournalEvent {

  MachineId machine();

  MachineState applyTo(MachineState state);

  @Override
  default String subject() {
    return machine().value();
  }

  @Override
  default Map<String, String> details() {
    return Map.of("machine", machine().value());
  }

  /** It takes no new instances. */
  record MachineCordoned(MachineId machine, Instant at) implements MachineEvent {
    @Override
    public MachineState applyTo(MachineState state) {
      return state.cordoned(true, false);
    }

    @Override
    public String text() {
      return "machine " + machine + " cordoned";
    }
  }

  /** It takes new instances again. */
  record MachineUncordoned(MachineId machine, Instant at) implements MachineEvent {
    @Override
    public MachineState applyTo(MachineState state) {
      return state.cordoned(false, false);
    }

    @Override
    public String text() {
      return "machine " + machine + " uncordoned";
    }
  }

  /** It takes no new instances, and what runs there moves elsewhere. */
  record MachineDraining(MachineId machine, Instant at) implements MachineEvent {
    @Override
    public MachineState applyTo(MachineState state) {
      return state.cordoned(true, true);
    }

    @Override
    public String text() {
      return "machine " + machine + " draining";
    }
  }

  /** New instances get nothing of these GPUs of it; what uses them stays. */
  record GpusCordoned(MachineId machine, Set<String> gpus, Instant at) implements MachineEvent {
    public GpusCordoned {
      gpus = java.util.Collections.unmodifiableSet(new TreeSet<>(gpus));
    }

    @Override
    public MachineState applyTo(MachineState state) {
      return state.withCordoned(gpus);
    }

    @Override
    public String text() {
      return "machine %s: GPU %s cordoned".formatted(machine, String.join(", ", gpus));
    }
  }

  /** New instances get nothing of these GPUs of it, and what uses them moves away. */
  record GpusDraining(MachineId machine, Set<String> gpus, Instant at) implements MachineEvent {
    public GpusDraining {
      gpus = java.util.Collections.unmodifiableSet(new TreeSet<>(gpus));
    }

    @Override
    public MachineState applyTo(MachineState state) {
      return state.withDraining(gpus);
    }

    @Override
    public String text() {
      return "machine %s: GPU %s draining".formatted(machine, String.join(", ", gpus));
    }
  }

  /** New instances get something of these GPUs again. */
  record GpusUncordoned(MachineId machine, Set<String> gpus, Instant at) implements MachineEvent {
    public GpusUncordoned {
      gpus = java.util.Collections.unmodifiableSet(new TreeSet<>(gpus));
    }

    @Override
    public MachineState applyTo(MachineState state) {
      return state.withoutCordoned(gpus);
    }

    @Override
    public String text() {
      return "machine %s: GPU %s uncordoned".formatted(machine, String.join(", ", gpus));
    }
  }

  /** It carries these labels, besides those of its own configuration. */
  record MachineLabelled(MachineId machine, Map<String, String> labels, Instant at)
      implements MachineEvent {
    public MachineLabelled {
      labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    @Override
    public MachineState applyTo(MachineState state) {
      return state.labelled(labels);
    }

    @Override
    public String text() {
      return "machine " + machine + " labelled " + labels;
    }

    @Override
    public Map<String, String> details() {
      return labels;
    }
  }
}
