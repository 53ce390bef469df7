package io.remuda.registry.placement;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.EvictionChoice.Victim;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which idle instances of other models are to make room for one that has no place.
 *
 * <h2>Goals</h2>
 *
 * A model that somebody asks for serves, and as little as can be is put away for it.
 *
 * <h2>Constraints</h2>
 *
 * Never one that is pinned, that has or awaits requests, or of a higher priority. One of the same
 * priority only when requests wait for the other and it has been idle for long enough, so that two
 * do not take each other's place without end. One that works on nothing and is kept only for the
 * next lease, as its owner says, gives way to any. Only on a machine where it fits afterwards,
 * whichever GPUs are given back. This is a proposal: the owner of each decides again.
 *
 * <h2>Algorithm</h2>
 *
 * On each machine the least dear are taken until it fits, and those that turn out not to be needed
 * are left. Of the machines that one is chosen whose dearest victim is the least dear: one that is
 * kept for a lease before all others, then by priority, then by how long it has been idle; then
 * that with the fewest.
 */
public final class EvictionPolicy {

  private static final int SHOWN = 6;

  private EvictionPolicy() {}

  /**
   * Who wants room.
   *
   * @param asked whether requests wait for it and it has no instance, so that it may take an
   *     equal's place
   * @param idle how long an equal must have been idle
   */
  public record Wish(ModelName name, int priority, boolean asked, Duration idle) {}

  /** Instances that are to give way, all on one machine. */
  public record Eviction(MachineId machine, List<InstanceId> instances) {
    public Eviction {
      instances = List.copyOf(instances);
    }
  }

  /**
   * Who is to go; nobody where there is room, where it is on its way, or where none may go.
   *
   * @param kept why instances stay of which it was asked lately
   */
  public static Optional<Eviction> choose(
      FleetSnapshot fleet, Need need, Wish wish, Map<InstanceId, String> kept) {
    if (fleet.braked()) {
      return Optional.empty();
    }
    List<EvictionChoice> choices = new ArrayList<>();
    for (Machine machine : fleet.machines().values()) {
      if (isComing(machine, need)) {
        return Optional.empty();
      }
      choice(fleet, machine, need, wish, kept).ifPresent(choices::add);
    }
    return choices.stream()
        .min(EvictionChoice.BEST)
        .map(
            best ->
                new Eviction(
                    best.machine(),
                    best.victims().stream().map(victim -> victim.report().id()).toList()));
  }

  /**
   * Whether there would be a place for it some day without anybody but those going that may: then
   * waiting helps, though they may all be busy now. Of those that are kept for the next lease alone
   * it counts as many as could go at once.
   *
   * @param kept why instances stay of which it was asked lately
   */
  public static boolean mayHelp(
      FleetSnapshot fleet, Need need, Wish wish, Map<InstanceId, String> kept) {
    for (Machine machine : fleet.machines().values()) {
      Set<InstanceId> spares = spares(fleet, machine, wish, kept);
      List<Resources> freed =
          machine.report().instances().stream()
              .filter(
                  one ->
                      isGoing(one)
                          || spares.contains(one.id())
                          || isOthers(one, wish)
                              && fleet
                                  .keep(one.id().model())
                                  .filter(keep -> yields(keep, wish))
                                  .isPresent())
              .map(InstanceReport::claim)
              .toList();
      if (Suitability.fitsAfter(machine, need, freed, false)) {
        return true;
      }
    }
    return false;
  }

  private static boolean yields(Keep keep, Wish wish) {
    return !keep.pinned() && keep.priority() <= wish.priority();
  }

  /** Whether there is room once those that are going already are gone. */
  private static boolean isComing(Machine machine, Need need) {
    return Suitability.fitsAfter(machine, need, going(machine), false);
  }

  private static List<Resources> going(Machine machine) {
    return machine.report().instances().stream()
        .filter(EvictionPolicy::isGoing)
        .map(InstanceReport::claim)
        .toList();
  }

  private static boolean isGoing(InstanceReport report) {
    return report.phase() == Phase.DRAINING;
  }

  private static boolean isOthers(InstanceReport report, Wish wish) {
    return !report.id().model().equals(wish.name());
  }

  private static Optional<EvictionChoice> choice(
      FleetSnapshot fleet, Machine machine, Need need, Wish wish, Map<InstanceId, String> kept) {
    List<Victim> victims = new ArrayList<>();
    Set<InstanceId> spares = spares(fleet, machine, wish, kept);
    for (InstanceReport report : machine.report().instances()) {
      ModelName model = report.id().model();
      Duration idle = report.idle().orElse(Duration.ZERO);
      if (spares.contains(report.id())) {
        victims.add(Victim.spare(report, idle));
      } else if (isOthers(report, wish) && StayPolicy.stays(fleet, report, wish, kept).isEmpty()) {
        int priority = fleet.keep(model).orElse(Keep.DEFAULT).priority();
        victims.add(new Victim(report, priority, idle));
      }
    }
    victims.sort(EvictionChoice.LEAST_DEAR);
    List<Victim> taken = new ArrayList<>();
    for (Victim victim : victims) {
      if (!fits(machine, need, taken)) {
        taken.add(victim);
      }
    }
    if (taken.isEmpty() || !fits(machine, need, taken)) {
      return Optional.empty();
    }
    // The dearest was needed; of those before it some may not be.
    for (int i = taken.size() - 2; i >= 0; i--) {
      List<Victim> fewer = new ArrayList<>(taken);
      fewer.remove(i);
      if (fits(machine, need, fewer)) {
        taken = fewer;
      }
    }
    return Optional.of(new EvictionChoice(machine.id(), taken));
  }

  /** Those of others that could go at once, as many of each model as it has to spare. */
  private static Set<InstanceId> spares(
      FleetSnapshot fleet, Machine machine, Wish wish, Map<InstanceId, String> kept) {
    Map<ModelName, Integer> counted = new HashMap<>();
    Set<InstanceId> spares = new HashSet<>();
    for (InstanceReport report : machine.report().instances()) {
      ModelName model = report.id().model();
      if (isOthers(report, wish)
          && isFree(fleet, report)
          && !kept.containsKey(report.id())
          && counted.merge(model, 1, Integer::sum) <= fleet.spare(model)) {
        spares.add(report.id());
      }
    }
    return spares;
  }

  private static boolean isFree(FleetSnapshot fleet, InstanceReport report) {
    return report.phase() == Phase.READY
        && report.lease().isEmpty()
        && report.inFlight() + report.queued() == 0
        && fleet.keep(report.id().model()).filter(keep -> !keep.pinned()).isPresent();
  }

  private static boolean fits(Machine machine, Need need, List<Victim> gone) {
    List<Resources> freed = new ArrayList<>(going(machine));
    gone.forEach(victim -> freed.add(victim.report().claim()));
    return Suitability.fitsAfter(machine, need, freed, true);
  }

  /** What each of the others on {@code machine} says to giving way; empty where there is none. */
  public static Optional<String> inWords(
      FleetSnapshot fleet, Machine machine, Wish wish, Map<InstanceId, String> kept) {
    List<InstanceReport> others =
        machine.report().instances().stream()
            .filter(report -> isOthers(report, wish) && !report.phase().isFinal())
            .toList();
    if (others.isEmpty()) {
      return Optional.empty();
    }
    Set<InstanceId> spares = spares(fleet, machine, wish, kept);
    String more = others.size() > SHOWN ? " and %d more".formatted(others.size() - SHOWN) : "";
    return Optional.of(
        others.stream()
                .limit(SHOWN)
                .map(
                    report ->
                        PartWords.inPlaceOf(List.of(report.id()))
                            + ": "
                            + (spares.contains(report.id())
                                ? "is kept for the next lease alone, and may give way"
                                : StayPolicy.stays(fleet, report, wish, kept)
                                    .orElse("may give way")))
                .collect(Collectors.joining("; "))
            + more);
  }
}
