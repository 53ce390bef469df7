package io.remuda.node.agent;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Gpu;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who used which GPU's memory at one look, as far as the driver says it. Immutable.
 *
 * @param gpus with what is used of each in all
 * @param foreignMiB by GPU: used by processes that are not ours
 * @param oursMiB by instance and GPU: used by its engine and all that it started; of one that has
 *     ended, by what of it the driver still lists
 */
public record GpuUse(
    List<Gpu> gpus, Map<String, Long> foreignMiB, Map<InstanceId, Map<String, Long>> oursMiB) {

  static final GpuUse NONE = new GpuUse(List.of(), Map.of(), Map.of());

  public GpuUse {
    gpus = List.copyOf(gpus);
    foreignMiB = Collections.unmodifiableMap(new TreeMap<>(foreignMiB));
    oursMiB = Collections.unmodifiableMap(new TreeMap<>(oursMiB));
  }

  /** In all, by whomever. */
  long usedMiB(String uuid) {
    return gpus.stream()
        .filter(gpu -> gpu.uuid().equals(uuid))
        .mapToLong(Gpu::memoryUsedMiB)
        .findFirst()
        .orElse(0);
  }

  long usedMiB(InstanceId id, String uuid) {
    return oursMiB.getOrDefault(id, Map.of()).getOrDefault(uuid, 0L);
  }

  /** By processes that the driver lists. */
  long ownedMiB(String uuid) {
    return foreignMiB.getOrDefault(uuid, 0L)
        + oursMiB.values().stream().mapToLong(used -> used.getOrDefault(uuid, 0L)).sum();
  }

  /** By nobody that the driver lists. */
  long ownerlessMiB(String uuid) {
    return Math.max(0, usedMiB(uuid) - ownedMiB(uuid));
  }
}
