package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Resources;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of a model's true need: how much its engines were seen to use, and on which
 * machines one ran out of memory. Hard state: learnt by starting engines, which nobody wants to do
 * twice.
 *
 * @param measured by the revision of the recipe; of more than a few the oldest are forgotten that
 *     no instance is of: what runs would only tell it again
 * @param unfit by machine, the last time that one ran out of memory there
 */
public record Fit(Map<Long, Measured> measured, Map<MachineId, Unfit> unfit) {

  /** Nothing is known. */
  public static final Fit NONE = new Fit(Map.of(), Map.of());

  private static final int REVISIONS_KEPT = 3;

  /**
   * What engines of one recipe use.
   *
   * @param use the memory of an engine; its cores are what was claimed
   * @param starts so many of them have told something new
   * @param number of the instance that was last counted
   */
  public record Measured(Resources use, int starts, long number) {}

  /**
   * An engine that ran out of memory before it was ready.
   *
   * @param claim what it had been promised
   * @param memoryTotalMiB of the machine then
   * @param gpuTotalMiB of the machine's GPUs then, in all
   */
  public record Unfit(
      long revision, Resources claim, long memoryTotalMiB, long gpuTotalMiB, String reason) {

    /** Whether nothing has changed since: the same recipe on a machine that is not larger. */
    boolean holds(long revisionNow, Capacity now) {
      return revision == revisionNow
          && now.memoryTotalMiB() <= memoryTotalMiB
          && totalMiB(now) <= gpuTotalMiB;
    }

    static long totalMiB(Capacity capacity) {
      return capacity.gpus().stream().mapToLong(Gpu::memoryTotalMiB).sum();
    }
  }

  public Fit {
    measured = Collections.unmodifiableMap(new TreeMap<>(measured));
    unfit = Collections.unmodifiableMap(new TreeMap<>(unfit));
  }

  /** What engines of the recipe {@code revision} use, where one was measured. */
  public Optional<Measured> of(long revision) {
    return Optional.ofNullable(measured.get(revision));
  }

  Fit with(long revision, Measured now) {
    TreeMap<Long, Measured> more = new TreeMap<>(measured);
    more.put(revision, now);
    return new Fit(more, unfit);
  }

  /** What is known of {@code used}, and of some others, the newest. */
  Fit only(Set<Long> used) {
    if (measured.size() <= REVISIONS_KEPT) {
      return this;
    }
    TreeMap<Long, Measured> kept = new TreeMap<>(measured);
    for (long revision : measured.keySet()) {
      if (kept.size() > REVISIONS_KEPT && !used.contains(revision)) {
        kept.remove(revision);
      }
    }
    return new Fit(kept, unfit);
  }

  Fit with(MachineId machine, Unfit now) {
    Map<MachineId, Unfit> more = new TreeMap<>(unfit);
    more.put(machine, now);
    return new Fit(measured, more);
  }

  Fit without(MachineId machine) {
    Map<MachineId, Unfit> fewer = new TreeMap<>(unfit);
    fewer.remove(machine);
    return new Fit(measured, fewer);
  }
}
