package io.remuda.registry.placement;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Spread;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Chooses a machine for one instance.
 *
 * <h2>Goals</h2>
 *
 * Large gaps stay free for large models (binpack), or the loss of a machine takes few replicas
 * (spread). Several registry actors that place at once do not all choose the same machine.
 *
 * <h2>Constraints</h2>
 *
 * A machine is chosen only when it fits by what it last said, less what was promised since. Every
 * machine gets a verdict that names machine, need, free and what to do. The machine has the last
 * word: this is a proposal.
 *
 * <h2>Algorithm</h2>
 *
 * Filter by {@link Suitability}, score what is left, keep of those that are as good as the best the
 * ones where the model's file is known to be, and draw one of the few by the given random numbers:
 * the same snapshot, need and seed give the same machine.
 */
public final class Scheduler {

  /** Machines whose score is this close to the best are as good as it. */
  private static final double TOLERANCE = 0.02;

  private static final int FEW = 3;

  /**
   * Where an instance goes, and what was said of each machine.
   *
   * @param grounds why it goes there; absent when it goes nowhere
   */
  public record Placement(
      Optional<MachineId> machine, List<Verdict> verdicts, Optional<Grounds> grounds) {
    public Placement {
      verdicts = List.copyOf(verdicts);
    }
  }

  private record Candidate(MachineId machine, int neighbours, double used) {}

  private Scheduler() {}

  public static Placement place(FleetSnapshot fleet, Need need, RandomGenerator random) {
    List<Verdict> verdicts = new ArrayList<>();
    List<Candidate> candidates = new ArrayList<>();
    for (Machine machine : fleet.machines().values()) {
      Verdict verdict = Suitability.of(machine, need);
      verdicts.add(verdict);
      if (verdict.fits()) {
        candidates.add(candidate(machine, need));
      }
    }
    if (candidates.isEmpty()) {
      return new Placement(Optional.empty(), verdicts, Optional.empty());
    }
    candidates.sort(order(need.spec().strategy()));
    List<Candidate> best = best(candidates, need);
    Candidate chosen = best.get(random.nextInt(best.size()));
    return new Placement(
        Optional.of(chosen.machine()),
        verdicts,
        Optional.of(grounds(need, chosen, candidates, verdicts)));
  }

  /** Whether there is a place at all; cheaper than {@link #place}, which says why not. */
  public static boolean fitsSomewhere(FleetSnapshot fleet, Need need) {
    for (Machine machine : fleet.machines().values()) {
      if (Suitability.fits(machine, need)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it would fit on {@code machine} once one that claims {@code freed} is gone there. */
  public static boolean fitsInstead(
      FleetSnapshot fleet, Need need, MachineId machine, Resources freed) {
    return fleet
        .machine(machine)
        .map(there -> Suitability.fitsInstead(there, need, freed))
        .orElse(false);
  }

  private static Grounds grounds(
      Need need, Candidate chosen, List<Candidate> candidates, List<Verdict> verdicts) {
    List<Verdict> weighed = new ArrayList<>();
    weighed.add(weighed(chosen));
    candidates.stream()
        .filter(other -> !other.equals(chosen))
        .map(Scheduler::weighed)
        .forEach(weighed::add);
    verdicts.stream().filter(verdict -> !verdict.fits()).forEach(weighed::add);
    return new Grounds(
        need.spec().strategy(), chosen.used(), chosen.neighbours(), verdicts.size(), weighed);
  }

  private static Verdict weighed(Candidate candidate) {
    return new Verdict(
        candidate.machine(),
        true,
        true,
        "fits",
        "would be %d %% full with it and has %d of the same"
            .formatted(Math.round(candidate.used() * 100), candidate.neighbours()));
  }

  /** What is said of each machine, for one more instance. */
  public static List<Verdict> verdicts(FleetSnapshot fleet, Need need) {
    return fleet.machines().values().stream()
        .map(machine -> Suitability.of(machine, need))
        .toList();
  }

  private static Candidate candidate(Machine machine, Need need) {
    Room room = Suitability.room(machine, need).minus(need.claim());
    Room total = Room.total(machine.report().capacity());
    return new Candidate(
        machine.id(),
        need.neighbours().getOrDefault(machine.id(), 0),
        used(need.claim(), room, total));
  }

  /** The share in use after placing, of what the claim is about: its GPUs, else the host. */
  private static double used(Resources claim, Room left, Room total) {
    if (claim.gpus() > 0) {
      return 1
          - share(
              left.gpuMemoryMiB().stream().mapToLong(free -> Math.max(0, free)).sum(),
              total.gpuMemoryMiB().stream().mapToLong(Long::longValue).sum());
    }
    return 1 - (share(left.memoryMiB(), total.memoryMiB()) + share(left.cpus(), total.cpus())) / 2;
  }

  private static double share(double part, double whole) {
    return whole <= 0 ? 0 : part / whole;
  }

  private static Comparator<Candidate> order(Spread strategy) {
    Comparator<Candidate> order =
        switch (strategy) {
          case BINPACK -> Comparator.comparingDouble((Candidate c) -> -c.used());
          case SPREAD ->
              Comparator.comparingInt(Candidate::neighbours).thenComparingDouble(Candidate::used);
        };
    return order.thenComparing(Candidate::machine);
  }

  /** The few that are as good as the first of {@code sorted}. */
  private static List<Candidate> best(List<Candidate> sorted, Need need) {
    Spread strategy = need.spec().strategy();
    Candidate first = sorted.get(0);
    List<Candidate> asGood =
        sorted.stream()
            .filter(c -> Math.abs(c.used() - first.used()) <= TOLERANCE)
            .filter(c -> strategy == Spread.BINPACK || c.neighbours() == first.neighbours())
            .toList();
    int rank = asGood.stream().mapToInt(c -> need.files().rank(c.machine())).min().orElseThrow();
    return asGood.stream().filter(c -> need.files().rank(c.machine()) == rank).limit(FEW).toList();
  }
}
