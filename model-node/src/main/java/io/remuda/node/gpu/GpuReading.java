package io.remuda.node.gpu;

import io.remuda.protocol.model.Gpu;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of a machine's GPUs at one moment.
 *
 * @param gpus the driver's and those declared in the configuration
 * @param processes who uses their memory; empty where the driver does not say
 * @param installedMiB by GPU: the memory of those of which the configuration leaves us only a part
 * @param problem why the driver could not be asked; nothing is known of its GPUs then, and those of
 *     the list are the pretended ones alone
 */
public record GpuReading(
    List<Gpu> gpus,
    List<GpuProcess> processes,
    Map<String, Long> installedMiB,
    Optional<String> problem) {

  /** Memory of one GPU that one process uses. */
  public record GpuProcess(String gpu, long pid, String name, long memoryMiB) {}

  public GpuReading {
    gpus = List.copyOf(gpus);
    processes = List.copyOf(processes);
    installedMiB = Map.copyOf(installedMiB);
  }

  /** Memory by GPU that processes other than {@code ours} use. */
  public Map<String, Long> foreignMiB(Set<Long> ours) {
    Map<String, Long> sums = new HashMap<>();
    for (GpuProcess process : processes) {
      if (!ours.contains(process.pid())) {
        sums.merge(process.gpu(), process.memoryMiB(), Long::sum);
      }
    }
    return sums;
  }

  /** Memory by GPU that the processes {@code pids} use. */
  public Map<String, Long> usedMiB(Set<Long> pids) {
    Map<String, Long> sums = new HashMap<>();
    for (GpuProcess process : processes) {
      if (pids.contains(process.pid())) {
        sums.merge(process.gpu(), process.memoryMiB(), Long::sum);
      }
    }
    return sums;
  }
}
