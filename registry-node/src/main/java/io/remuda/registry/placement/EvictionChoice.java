package io.remuda.registry.placement;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/** Instances of one machine that together would make room, and how dear they are. */
record EvictionChoice(MachineId machine, List<Victim> victims) {

  /** Below all priorities: who goes is missed by nobody. */
  private static final int SPARE = Keep.LEAST - 1;

  static final Comparator<Victim> LEAST_DEAR =
      Comparator.comparingInt(Victim::priority)
          .thenComparing(Victim::idle, Comparator.reverseOrder())
          .thenComparing(victim -> victim.report().id());

  static final Comparator<EvictionChoice> BEST =
      Comparator.comparingInt(EvictionChoice::priority)
          .thenComparing(EvictionChoice::idle, Comparator.reverseOrder())
          .thenComparingInt(EvictionChoice::count)
          .thenComparing(EvictionChoice::machine);

  /** One that may go. */
  record Victim(InstanceReport report, int priority, Duration idle) {

    /** One that is kept for the next lease alone. */
    static Victim spare(InstanceReport report, Duration idle) {
      return new Victim(report, SPARE, idle);
    }
  }

  EvictionChoice {
    victims = List.copyOf(victims);
  }

  private int priority() {
    return victims.stream().mapToInt(Victim::priority).max().orElse(SPARE);
  }

  private Duration idle() {
    return victims.stream().map(Victim::idle).min(Duration::compareTo).orElse(Duration.ZERO);
  }

  private int count() {
    return victims.size();
  }
}
