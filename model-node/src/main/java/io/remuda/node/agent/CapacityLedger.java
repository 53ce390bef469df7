package io.remuda.node.agent;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Resources;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What this machine has and to whom it is promised. The sum of what is promised never exceeds what
 * is there, and memory of a GPU that somebody else uses is never promised at all.
 *
 * <p>Immutable: each change is a new ledger.
 *
 * @param memoryTotalMiB of the host, for instances
 * @param cpusTotal cores, for instances
 * @param use of the GPUs as last read; their {@code memoryReservedMiB} is not looked at
 * @param installedMiB by GPU: the memory of those of which only a part is ours
 * @param promises by instance
 * @param returning what ended instances have not given back yet
 * @param cordoned UUIDs of GPUs of which nothing is promised any more
 */
public record CapacityLedger(
    long memoryTotalMiB,
    double cpusTotal,
    GpuUse use,
    Map<String, Long> installedMiB,
    Map<InstanceId, Promise> promises,
    MemoryReturn returning,
    Set<String> cordoned) {

  /** Sums of fractions of cores are not exact. */
  private static final double ROUNDING = 1e-6;

  /**
   * What one instance was promised.
   *
   * @param gpuMiB by the GPU's UUID
   */
  public record Promise(Resources claim, Map<String, Long> gpuMiB) {
    public Promise {
      gpuMiB = java.util.Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
    }
  }

  /** Exactly one of the two: the ledger with the promise in it, or the refusal. */
  public record Outcome(Optional<CapacityLedger> ledger, Optional<Refused> refused) {}

  public CapacityLedger {
    installedMiB = java.util.Collections.unmodifiableMap(new TreeMap<>(installedMiB));
    cordoned = Set.copyOf(cordoned);
    promises = java.util.Collections.unmodifiableMap(new TreeMap<>(promises));
  }

  /** A machine without GPUs that has promised nothing. */
  public static CapacityLedger of(long memoryTotalMiB, double cpusTotal) {
    return new CapacityLedger(
        memoryTotalMiB, cpusTotal, GpuUse.NONE, Map.of(), Map.of(), MemoryReturn.NONE, Set.of());
  }

  /** This ledger with what the GPUs were last seen to use; nothing is told of what has ended. */
  public CapacityLedger seen(List<Gpu> readings, Map<String, Long> foreign) {
    return seen(0, new GpuUse(readings, foreign, Map.of()), Map.of());
  }

  /**
   * This ledger after a look.
   *
   * @param look its number
   * @param installed by GPU: the memory of those of which only a part is ours
   */
  CapacityLedger seen(long look, GpuUse now, Map<String, Long> installed) {
    Map<String, Long> reserved = unlistedMiB(now);
    return new CapacityLedger(
        memoryTotalMiB,
        cpusTotal,
        now,
        installed,
        promises,
        returning.seen(look, now, reserved),
        cordoned);
  }

  /**
   * Promises {@code claim} to {@code id}, or says what is short. A second promise to the same
   * instance leaves the first as it is.
   *
   * @param machine as the refusal names it
   */
  public Outcome reserve(InstanceId id, Resources claim, String machine) {
    if (promises.containsKey(id)) {
      return new Outcome(Optional.of(this), Optional.empty());
    }
    // What a former JVM had promised may be more than there is now.
    long memoryFree = Math.max(0, memoryTotalMiB - reservedMemoryMiB());
    if (claim.memoryMiB() > memoryFree) {
      return full(
          "needs %d MiB of memory, %s has %d of %d free; stop something there, lower the claim or"
                  .formatted(claim.memoryMiB(), machine, memoryFree, memoryTotalMiB)
              + " add a machine");
    }
    double cpusFree = Math.max(0, cpusTotal - reservedCpus());
    if (claim.cpus() > cpusFree + ROUNDING) {
      return full(
          "needs %.1f cpus, %s has %.1f of %.1f free; stop something there, lower the claim or add"
                  .formatted(claim.cpus(), machine, cpusFree, cpusTotal)
              + " a machine");
    }
    Optional<Map<String, Long>> share = gpuShare(claim);
    if (share.isEmpty()) {
      return full(
          "needs %d MiB on each of %d GPUs, %s has %s; lower the context or add a machine"
              .formatted(perGpu(claim), claim.gpus(), machine, gpusInWords()));
    }
    return new Outcome(Optional.of(with(id, new Promise(claim, share.get()))), Optional.empty());
  }

  /** This ledger with a promise that was made before, by a former JVM, and is held to. */
  public CapacityLedger with(InstanceId id, Promise promise) {
    Map<InstanceId, Promise> more = new TreeMap<>(promises);
    more.put(id, promise);
    return promising(more, returning);
  }

  /** This ledger without what {@code id} was promised. */
  public CapacityLedger release(InstanceId id) {
    Map<InstanceId, Promise> fewer = new TreeMap<>(promises);
    fewer.remove(id);
    return promising(fewer, returning);
  }

  /**
   * This ledger after the engine of {@code id} has ended: its host memory and cores are free, its
   * GPU memory when it is seen to be back.
   *
   * @param firstLook number of the first look at the GPUs that begins from now on
   * @param nowNanos by the clock of time-outs
   */
  CapacityLedger ended(InstanceId id, long firstLook, long nowNanos) {
    CapacityLedger without = release(id);
    return without.promising(
        without.promises(), returning.with(id, shareOf(id), use, firstLook, nowNanos));
  }

  private CapacityLedger promising(Map<InstanceId, Promise> all, MemoryReturn back) {
    return new CapacityLedger(memoryTotalMiB, cpusTotal, use, installedMiB, all, back, cordoned);
  }

  /** This ledger, which promises nothing more of these GPUs. */
  CapacityLedger cordoning(Set<String> uuids) {
    return new CapacityLedger(
        memoryTotalMiB, cpusTotal, use, installedMiB, promises, returning, uuids);
  }

  /** What {@code id} was promised of each GPU, by UUID. */
  public Map<String, Long> shareOf(InstanceId id) {
    return Optional.ofNullable(promises.get(id)).map(Promise::gpuMiB).orElseGet(Map::of);
  }

  /**
   * The largest share of one GPU's installed memory that {@code id} was promised; 0 where it has
   * none. Engines count from what is installed, whatever part of it is ours.
   */
  public double fractionOf(InstanceId id) {
    Map<String, Long> share = shareOf(id);
    return use.gpus().stream()
        .filter(gpu -> gpu.memoryTotalMiB() > 0)
        .mapToDouble(gpu -> share.getOrDefault(gpu.uuid(), 0L) / (double) installed(gpu))
        .map(each -> Math.min(1, each))
        .max()
        .orElse(0);
  }

  private long installed(Gpu gpu) {
    return installedMiB.getOrDefault(gpu.uuid(), gpu.memoryTotalMiB());
  }

  /** As it is told to the registry. */
  public Capacity capacity() {
    return new Capacity(
        memoryTotalMiB,
        reservedMemoryMiB(),
        cpusTotal,
        reservedCpus(),
        use.gpus().stream()
            .map(gpu -> gpu.withReserved(takenMiB(gpu)).withCordon(cordoned.contains(gpu.uuid())))
            .toList());
  }

  /** What may still be promised of one GPU. */
  long freeMiB(Gpu gpu) {
    if (cordoned.contains(gpu.uuid())) {
      return 0;
    }
    return Math.max(0, gpu.memoryTotalMiB() - Math.max(gpu.memoryUsedMiB(), takenMiB(gpu)));
  }

  /** Promised to ours, not back from ours, or used by others: the same to who asks for room. */
  private long takenMiB(Gpu gpu) {
    return reservedMiB(gpu.uuid()) + returning.awayMiB(gpu.uuid()) + foreignMiB(gpu);
  }

  private long foreignMiB(Gpu gpu) {
    return use.foreignMiB().getOrDefault(gpu.uuid(), 0L);
  }

  long reservedMiB(String uuid) {
    return promises.values().stream()
        .mapToLong(promise -> promise.gpuMiB().getOrDefault(uuid, 0L))
        .sum();
  }

  /** By GPU: what those were promised of whom {@code now} lists nothing there. */
  private Map<String, Long> unlistedMiB(GpuUse now) {
    Map<String, Long> sums = new TreeMap<>();
    promises.forEach(
        (id, promise) ->
            promise.gpuMiB().entrySet().stream()
                .filter(share -> now.usedMiB(id, share.getKey()) == 0)
                .forEach(share -> sums.merge(share.getKey(), share.getValue(), Long::sum)));
    return sums;
  }

  private Optional<Map<String, Long>> gpuShare(Resources claim) {
    if (claim.gpus() == 0) {
      return Optional.of(Map.of());
    }
    long each = perGpu(claim);
    // The fullest that still fit: large gaps stay for large models.
    List<Gpu> fitting =
        use.gpus().stream()
            .filter(gpu -> !cordoned.contains(gpu.uuid()) && freeMiB(gpu) >= each)
            .sorted(Comparator.comparingLong(this::freeMiB).thenComparing(Gpu::uuid))
            .limit(claim.gpus())
            .toList();
    if (fitting.size() < claim.gpus()) {
      return Optional.empty();
    }
    Map<String, Long> share = new TreeMap<>();
    fitting.forEach(gpu -> share.put(gpu.uuid(), each));
    return Optional.of(share);
  }

  private static long perGpu(Resources claim) {
    return (claim.gpuMemoryMiB() + claim.gpus() - 1) / Math.max(1, claim.gpus());
  }

  private String gpusInWords() {
    if (use.gpus().isEmpty()) {
      return "no GPU";
    }
    return use.gpus().stream().map(this::inWords).collect(Collectors.joining(", "));
  }

  private String inWords(Gpu gpu) {
    return "%d MiB free on GPU %d".formatted(freeMiB(gpu), gpu.index())
        + (cordoned.contains(gpu.uuid()) ? ", which is cordoned" : "")
        + returning.inWords(gpu).map(" (%s)"::formatted).orElse("");
  }

  private long reservedMemoryMiB() {
    return promises.values().stream().mapToLong(promise -> promise.claim().memoryMiB()).sum();
  }

  private double reservedCpus() {
    ToDoubleFunction<Promise> cpus = promise -> promise.claim().cpus();
    return promises.values().stream().mapToDouble(cpus).sum();
  }

  private static Outcome full(String sentence) {
    return new Outcome(Optional.empty(), Optional.of(Refused.of(ErrorCode.NODE_FULL, sentence)));
  }
}
