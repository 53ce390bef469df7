package io.remuda.registry.machine;

import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.machine.MachineEvent.MachineCordoned;
import io.remuda.registry.machine.MachineEvent.MachineDraining;
import io.remuda.registry.machine.MachineEvent.MachineLabelled;
import io.remuda.registry.machine.MachineEvent.MachineUncordoned;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What an operator's command does to a machine: one event, or none when it is so already. */
public final class MachineDecider {

  private MachineDecider() {}

  /** A drained machine that is cordoned keeps what still runs there. */
  public static Optional<MachineEvent> cordon(MachineState state, Instant at) {
    return state.cordoned() && !state.draining()
        ? Optional.empty()
        : Optional.of(new MachineCordoned(state.machine(), at));
  }

  public static Optional<MachineEvent> uncordon(MachineState state, Instant at) {
    return state.cordoned()
        ? Optional.of(new MachineUncordoned(state.machine(), at))
        : Optional.empty();
  }

  public static Optional<MachineEvent> drain(MachineState state, Instant at) {
    return state.draining()
        ? Optional.empty()
        : Optional.of(new MachineDraining(state.machine(), at));
  }

  /** What is neither set nor taken away stays. */
  static Optional<MachineEvent> label(
      MachineState state, Map<String, String> set, Set<String> removed, Instant at) {
    Map<String, String> labels = new TreeMap<>(state.labels());
    labels.putAll(set);
    labels.keySet().removeAll(removed);
    return state.labels().equals(labels)
        ? Optional.empty()
        : Optional.of(new MachineLabelled(state.machine(), labels, at));
  }

  /** Whether a machine that says {@code report} does as was decided, as far as that shows. */
  static boolean obeys(MachineState state, NodeReport report) {
    return report.settled()
        && report.cordoned() == state.cordoned()
        && report.labels().entrySet().containsAll(state.labels().entrySet());
  }
}
