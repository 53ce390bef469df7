package io.remuda.registry.machine;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.PartWords;
import io.remuda.registry.machine.MachineEvent.GpusCordoned;
import io.remuda.registry.machine.MachineEvent.GpusDraining;
import io.remuda.registry.machine.MachineEvent.GpusUncordoned;
import io.remuda.registry.machine.MachineEvent.MachineCordoned;
import io.remuda.registry.machine.MachineEvent.MachineDraining;
import io.remuda.registry.machine.MachineEvent.MachineLabelled;
import io.remuda.registry.machine.MachineEvent.MachineUncordoned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

  /** The machine, or one GPU of it. */
  static Optional<MachineEvent> drain(MachineState state, Optional<String> gpu, Instant at) {
    return gpu.map(uuid -> drainGpu(state, uuid, at)).orElseGet(() -> drain(state, at));
  }

  /** Why a drain that was looked into at {@code version} is not carried out any more. */
  static Optional<Refused> changedSince(MachineState state, long version) {
    return state.sequence() == version
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.STALE_VERSION,
                ("machine %s was changed while it was looked at what its drain would come to, so it"
                        + " is not drained; look at it with `remuda machines` and drain it again if"
                        + " it is still to be")
                    .formatted(state.machine())));
  }

  /** Why a machine is not drained by who does not insist: something there has no other place. */
  static Optional<Refused> lastPlace(MachineId machine, List<Forecast> forecasts) {
    String stuck =
        forecasts.stream()
            .filter(forecast -> forecast.moves().stream().anyMatch(move -> isStuck(move, machine)))
            .map(
                forecast ->
                    forecast.moves().stream()
                        .filter(move -> isStuck(move, machine))
                        .findFirst()
                        .map(
                            move ->
                                "%s: it %s"
                                    .formatted(PartWords.lastPlaceOf(forecast.name()), move.text()))
                        .orElse(""))
            .collect(Collectors.joining("; and "));
    return stuck.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.LAST_PLACE,
                ("machine %s is %s; make room or add a machine, or drain it with --force"
                        + " (force=true), and what has no other place"
                        + " serves on there until it has")
                    .formatted(machine, stuck)));
  }

  private static boolean isStuck(Forecast.Move move, MachineId machine) {
    return (move.kind() == Forecast.Kind.STAYS || move.kind() == Forecast.Kind.NO_PLACE)
        && move.from().filter(machine::equals).isPresent();
  }

  /** What uses it goes on, also where it was to move; only new instances get nothing of it. */
  static Optional<MachineEvent> cordonGpu(MachineState state, String uuid, Instant at) {
    return state.cordonedGpus().contains(uuid) && !state.drainingGpus().contains(uuid)
        ? Optional.empty()
        : Optional.of(new GpusCordoned(state.machine(), Set.of(uuid), at));
  }

  static Optional<MachineEvent> drainGpu(MachineState state, String uuid, Instant at) {
    return state.drainingGpus().contains(uuid)
        ? Optional.empty()
        : Optional.of(new GpusDraining(state.machine(), Set.of(uuid), at));
  }

  static Optional<MachineEvent> uncordonGpu(MachineState state, String uuid, Instant at) {
    return state.cordonedGpus().contains(uuid)
        ? Optional.of(new GpusUncordoned(state.machine(), Set.of(uuid), at))
        : Optional.empty();
  }

  /**
   * The UUID of a GPU that an operator names by its UUID or its index. One that is cordoned is
   * known even when the machine does not show it any more.
   */
  static Optional<String> gpu(MachineState state, List<Gpu> shown, String named) {
    return shown.stream()
        .filter(gpu -> gpu.uuid().equals(named) || Integer.toString(gpu.index()).equals(named))
        .map(Gpu::uuid)
        .findFirst()
        .or(() -> Optional.of(named).filter(state.cordonedGpus()::contains));
  }

  /** To who names a GPU that is none of {@code shown}. */
  static Refused unknownGpu(MachineId machine, List<Gpu> shown, String named) {
    String there =
        shown.isEmpty()
            ? "it shows none"
            : "it has "
                + shown.stream()
                    .map(gpu -> "%d (%s)".formatted(gpu.index(), gpu.uuid()))
                    .collect(Collectors.joining(", "));
    return Refused.of(
        ErrorCode.NOT_FOUND,
        "machine %s has no GPU '%s'; %s: name one by its index or its UUID"
            .formatted(machine, named, there));
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
        && report.labels().entrySet().containsAll(state.labels().entrySet())
        && report.capacity().gpus().stream()
            .allMatch(gpu -> gpu.cordoned() == state.cordonedGpus().contains(gpu.uuid()));
  }
}
