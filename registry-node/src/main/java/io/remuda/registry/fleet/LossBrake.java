package io.remuda.registry.fleet;

import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The mass-loss brake of one fleet view: while it holds, nothing is given up. It ends by itself
 * after its time, or when an operator confirms that the silent machines are gone; those do not pull
 * it again until they were heard.
 *
 * @param until when it holds, if it does
 * @param confirmed machines that an operator gave up
 */
record LossBrake(Optional<Instant> until, Set<MachineId> confirmed) {

  static final LossBrake OFF = new LossBrake(Optional.empty(), Set.of());

  LossBrake {
    confirmed = Set.copyOf(confirmed);
  }

  boolean holds() {
    return until.isPresent();
  }

  /** The brake after a look at {@code silences}, of all machines that matter. */
  LossBrake after(LossBrakePolicy policy, Map<MachineId, Duration> silences, Instant now) {
    Set<MachineId> still = new HashSet<>(confirmed);
    still.retainAll(silent(policy, silences));
    List<Duration> counted =
        silences.entrySet().stream()
            .filter(entry -> !still.contains(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    return new LossBrake(policy.until(counted, until, now), still);
  }

  /** An operator says that these machines are gone for good. */
  LossBrake confirmedFor(Set<MachineId> machines) {
    Set<MachineId> all = new HashSet<>(confirmed);
    all.addAll(machines);
    return new LossBrake(Optional.empty(), all);
  }

  /** As if the {@code pause} of the registry node that looks had not been. */
  LossBrake withoutPause(Duration pause) {
    return new LossBrake(until.map(end -> end.plus(pause)), confirmed);
  }

  /** The machines whose silence counts as vanished. */
  static Set<MachineId> silent(LossBrakePolicy policy, Map<MachineId, Duration> silences) {
    Set<MachineId> silent = new HashSet<>();
    silences.forEach(
        (machine, silence) -> {
          if (silence.compareTo(policy.early()) > 0) {
            silent.add(machine);
          }
        });
    return silent;
  }
}
