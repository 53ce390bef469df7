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

  /** Of a cordoned GPU: less than the nothing that a claim without GPU memory asks of one. */
  private static final long CLOSED = -1;

  Room {
    gpuMemoryMiB = List.copyOf(gpuMemoryMiB);
  }

  static Room free(Capacity capacity) {
    return new Room(
        capacity.memoryFreeMiB(),
        capacity.cpusFree(),
        capacity.gpus().stream()
            .map(gpu -> gpu.cordoned() ? CLOSED : gpu.memoryFreeMiB())
            .toList());
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
        capacity.gpus().stream()
            .map(gpu -> gpu.cordoned() ? CLOSED : gpu.memoryTotalMiB())
            .toList());
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
      if (gpus.get(i) >= 0 && gpus.get(i) + share <= total.gpuMemoryMiB().get(i)) {
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

  /**
   * What there may be once {@code claim} is given back. Nobody here knows which GPUs held it, so
   * that is one room for each choice of those that may have; of a cordoned one nothing comes back.
   */
  List<Room> after(Resources claim, Capacity capacity) {
    long memory = Math.min(capacity.memoryTotalMiB(), memoryMiB + claim.memoryMiB());
    double cores = Math.min(capacity.cpusTotal(), cpus + claim.cpus());
    long share = gpuShare(claim);
    List<Integer> holders = new ArrayList<>();
    for (int i = 0; i < gpuMemoryMiB.size(); i++) {
      if (gpuMemoryMiB.get(i) + share <= capacity.gpus().get(i).memoryTotalMiB()) {
        holders.add(i);
      }
    }
    if (holders.size() < claim.gpus()) {
      return List.of(new Room(memory, cores, gpuMemoryMiB));
    }
    List<Room> rooms = new ArrayList<>();
    for (List<Integer> chosen : choices(holders, claim.gpus())) {
      List<Long> gpus = new ArrayList<>(gpuMemoryMiB);
      for (int i : chosen) {
        gpus.set(i, capacity.gpus().get(i).cordoned() ? gpus.get(i) : gpus.get(i) + share);
      }
      rooms.add(new Room(memory, cores, gpus));
    }
    return rooms;
  }

  private static List<List<Integer>> choices(List<Integer> of, int count) {
    if (count == 0) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (int i = 0; i + count <= of.size(); i++) {
      for (List<Integer> rest : choices(of.subList(i + 1, of.size()), count - 1)) {
        List<Integer> one = new ArrayList<>(rest);
        one.add(of.get(i));
        all.add(one);
      }
    }
    return all;
  }

  long largestGpuMiB() {
    return gpuMemoryMiB.isEmpty() ? 0 : Math.max(0, Collections.max(gpuMemoryMiB));
  }

  /** The share of its memory claim that each of its GPUs must hold. */
  static long gpuShare(Resources claim) {
    return claim.gpus() == 0 ? 0 : (claim.gpuMemoryMiB() + claim.gpus() - 1) / claim.gpus();
  }
}
