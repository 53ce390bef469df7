package io.remuda.registry.placement;

import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * What is left of a machine: memory, cores, and memory of each GPU apart, because a model that
 * needs 24 GiB does not fit on two GPUs with 12 GiB each.
 */
record Room(long memoryMiB, double cpus, List<Long> gpuMemoryMiB) {

  private static final double CPU_TOLERANCE = 1e-6;

  Room {
    gpuMemoryMiB = List.copyOf(gpuMemoryMiB);
  }

  static Room free(Capacity capacity) {
    return new Room(
        capacity.memoryFreeMiB(),
        capacity.cpusFree(),
        capacity.gpus().stream().map(Gpu::memoryFreeMiB).toList());
  }

  static Room total(Capacity capacity) {
    return new Room(
        capacity.memoryTotalMiB(),
        capacity.cpusTotal(),
        capacity.gpus().stream().map(Gpu::memoryTotalMiB).toList());
  }

  /** The same without GPUs that are cordoned: nothing is given back there. */
  static Room open(Capacity capacity) {
    return new Room(
        capacity.memoryTotalMiB(),
        capacity.cpusTotal(),
        capacity.gpus().stream().map(gpu -> gpu.cordoned() ? 0L : gpu.memoryTotalMiB()).toList());
  }

  boolean hasMemoryFor(Resources claim) {
    return memoryMiB >= claim.memoryMiB();
  }

  boolean hasCpusFor(Resources claim) {
    return cpus + CPU_TOLERANCE >= claim.cpus();
  }

  boolean hasGpusFor(Resources claim) {
    long share = gpuShare(claim);
    return gpuMemoryMiB.stream().filter(free -> free >= share).count() >= claim.gpus();
  }

  boolean holds(Resources claim) {
    return hasMemoryFor(claim) && hasCpusFor(claim) && hasGpusFor(claim);
  }

  /** What is left after {@code claim}, taken from the fullest GPUs that have the room. */
  Room minus(Resources claim) {
    long share = gpuShare(claim);
    List<Long> gpus = new ArrayList<>(gpuMemoryMiB);
    List<Integer> byFree = new ArrayList<>();
    for (int i = 0; i < gpus.size(); i++) {
      if (gpus.get(i) >= share) {
        byFree.add(i);
      }
    }
    byFree.sort(Comparator.comparing(gpus::get));
    for (int i : byFree.subList(0, Math.min(claim.gpus(), byFree.size()))) {
      gpus.set(i, gpus.get(i) - share);
    }
    return new Room(
        Math.max(0, memoryMiB - claim.memoryMiB()), Math.max(0, cpus - claim.cpus()), gpus);
  }

  /** What there is once {@code claim} is given back, by the fullest GPUs that can have held it. */
  Room plus(Resources claim, Room total) {
    long share = gpuShare(claim);
    List<Long> gpus = new ArrayList<>(gpuMemoryMiB);
    List<Integer> byFree = new ArrayList<>();
    for (int i = 0; i < gpus.size(); i++) {
      if (gpus.get(i) + share <= total.gpuMemoryMiB().get(i)) {
        byFree.add(i);
      }
    }
    byFree.sort(Comparator.comparing(gpus::get));
    for (int i : byFree.subList(0, Math.min(claim.gpus(), byFree.size()))) {
      gpus.set(i, gpus.get(i) + share);
    }
    return new Room(
        Math.min(total.memoryMiB(), memoryMiB + claim.memoryMiB()),
        Math.min(total.cpus(), cpus + claim.cpus()),
        gpus);
  }

  long largestGpuMiB() {
    return gpuMemoryMiB.isEmpty() ? 0 : Collections.max(gpuMemoryMiB);
  }

  /** The share of its memory claim that each of its GPUs must hold. */
  static long gpuShare(Resources claim) {
    return claim.gpus() == 0 ? 0 : (claim.gpuMemoryMiB() + claim.gpus() - 1) / claim.gpus();
  }
}
