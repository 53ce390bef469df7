package io.remuda.registry.machine;

import io.remuda.protocol.id.MachineId;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

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
