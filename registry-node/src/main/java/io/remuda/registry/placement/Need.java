package io.remuda.registry.placement;

import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one more instance needs.
 *
 * @param journal whose commands its machine must obey
 * @param neighbours instances of the same model per machine
 * @param unseen claims that were promised but are not in the machines' reports yet
 * @param held machines that refused lately, with their reason
 * @param unfit machines on which an engine of it ran out of memory, with why and what to do
 * @param files where the model's file is known to be
 * @param freshness how old a machine's word may be
 */
public record Need(
    ModelSpec spec,
    Resources claim,
    JournalId journal,
    Map<MachineId, Integer> neighbours,
    Map<MachineId, List<Resources>> unseen,
    Map<MachineId, String> held,
    Map<MachineId, String> unfit,
    Locality files,
    Duration freshness) {

  public Need {
    neighbours = Map.copyOf(neighbours);
    unseen = Map.copyOf(unseen);
    held = Map.copyOf(held);
    unfit = Map.copyOf(unfit);
  }

  /** The need of the next instance, after one more was promised to {@code machine}. */
  public Need after(MachineId machine) {
    Map<MachineId, Integer> counts = new TreeMap<>(neighbours);
    counts.merge(machine, 1, Integer::sum);
    Map<MachineId, List<Resources>> claims = new TreeMap<>(unseen);
    List<Resources> here = new ArrayList<>(claims.getOrDefault(machine, List.of()));
    here.add(claim);
    claims.put(machine, List.copyOf(here));
    return new Need(spec, claim, journal, counts, claims, held, unfit, files, freshness);
  }

  /** The same, with one instance fewer on {@code machine}. */
  Need without(MachineId machine) {
    Map<MachineId, Integer> counts = new TreeMap<>(neighbours);
    counts.computeIfPresent(machine, (there, count) -> count - 1);
    return new Need(spec, claim, journal, counts, unseen, held, unfit, files, freshness);
  }

  /** The same, away from {@code others}, each with the reason. */
  public Need passing(Map<MachineId, String> others) {
    Map<MachineId, String> all = new TreeMap<>(others);
    all.putAll(held);
    return new Need(spec, claim, journal, neighbours, unseen, all, unfit, files, freshness);
  }
}
