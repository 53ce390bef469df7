package io.remuda.registry.placement;

import io.remuda.protocol.id.MachineId;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which machines are known to have a model's file, and which not: soft, by what they were asked.
 *
 * <p>Where none is known to lack it, none is preferred: a fleet whose machines all have it spreads
 * its models as if nobody had been asked.
 *
 * @param revision of the recipe whose model it is
 */
public record Locality(long revision, Set<MachineId> having, Set<MachineId> lacking) {

  public static final Locality UNKNOWN = new Locality(-1, Set.of(), Set.of());

  public Locality {
    having = Set.copyOf(having);
    lacking = Set.copyOf(lacking);
  }

  /** What is known of the model of {@code wanted}. */
  public Locality of(long wanted) {
    return wanted == revision ? this : new Locality(wanted, Set.of(), Set.of());
  }

  /** It has it, whatever it once said. */
  public Locality has(MachineId machine) {
    return new Locality(revision, and(having, machine), without(lacking, machine));
  }

  /** It has it not, or not any more. */
  public Locality lacks(MachineId machine) {
    return new Locality(revision, without(having, machine), and(lacking, machine));
  }

  /** The lower, the better: those that have it, those never asked, those that have it not. */
  int rank(MachineId machine) {
    if (lacking.isEmpty() || having.contains(machine)) {
      return 0;
    }
    return lacking.contains(machine) ? 2 : 1;
  }

  private static Set<MachineId> and(Set<MachineId> some, MachineId one) {
    Set<MachineId> all = new TreeSet<>(some);
    all.add(one);
    return all;
  }

  private static Set<MachineId> without(Set<MachineId> all, MachineId one) {
    Set<MachineId> left = new TreeSet<>(all);
    left.remove(one);
    return left;
  }
}
