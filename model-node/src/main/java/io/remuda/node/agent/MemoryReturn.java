package io.remuda.node.agent;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Gpu;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * GPU memory of engines that have ended, as far as nobody has seen yet that it is back: a driver
 * gives memory back after the process is gone, by up to seconds. It stays promised until a look
 * <em>begun after the end</em> shows that it is free; an earlier look says nothing of it.
 *
 * <p>Memory is back when what is used and belongs to no process that is known is no more than it
 * was before the end. Where the driver does not say whose memory is used, no more may be used than
 * the others were promised, either. GPUs that the configuration declares have no driver, and what
 * ends there is back at once.
 *
 * <p>Immutable.
 *
 * @param ended by instance
 */
public record MemoryReturn(Map<InstanceId, Ended> ended) {

  /** Nothing is on its way back. */
  public static final MemoryReturn NONE = new MemoryReturn(Map.of());

  /** Of a promise: what a driver's own bookkeeping may move without anybody's doing. */
  private static final double SLACK = 0.05;

  private static final long LEAST_SLACK_MIB = 64;

  /**
   * One instance that has ended.
   *
   * @param shares by the GPU's UUID
   * @param firstLook number of the first look that was begun after the end
   * @param sinceNanos when it ended, by the clock of time-outs
   */
  public record Ended(Map<String, Share> shares, long firstLook, long sinceNanos) {
    public Ended {
      shares = Collections.unmodifiableMap(new TreeMap<>(shares));
    }
  }

  /**
   * What an instance had of one GPU.
   *
   * @param awayMiB not back yet, at most what was promised
   * @param ownerlessMiB used by no known process before the end
   * @param listed whether the driver said before the end how much of it the instance used
   */
  record Share(long promisedMiB, long awayMiB, long ownerlessMiB, boolean listed) {

    boolean isBack() {
      return awayMiB <= Math.max(LEAST_SLACK_MIB, Math.round(promisedMiB * SLACK));
    }
  }

  public MemoryReturn {
    ended = Collections.unmodifiableMap(new TreeMap<>(ended));
  }

  /**
   * With an instance that has ended now.
   *
   * @param gpuMiB what it was promised of each GPU, by UUID
   * @param use as last seen before the end
   */
  MemoryReturn with(
      InstanceId id, Map<String, Long> gpuMiB, GpuUse use, long firstLook, long nowNanos) {
    Map<String, Share> shares = new TreeMap<>();
    for (Gpu gpu : use.gpus()) {
      long promised = gpuMiB.getOrDefault(gpu.uuid(), 0L);
      if (promised > 0 && !gpu.declared()) {
        boolean listed = use.usedMiB(id, gpu.uuid()) > 0;
        shares.put(gpu.uuid(), new Share(promised, promised, use.ownerlessMiB(gpu.uuid()), listed));
      }
    }
    if (shares.isEmpty()) {
      return this;
    }
    Map<InstanceId, Ended> more = new TreeMap<>(ended);
    more.put(id, new Ended(shares, firstLook, nowNanos));
    return new MemoryReturn(more);
  }

  /**
   * After a look.
   *
   * @param look its number
   * @param promisedMiB by GPU: what instances that have not ended were promised
   */
  MemoryReturn seen(long look, GpuUse use, Map<String, Long> promisedMiB) {
    Map<InstanceId, Ended> left = new TreeMap<>();
    ended.forEach(
        (id, one) -> {
          Map<String, Share> shares = new TreeMap<>();
          one.shares()
              .forEach(
                  (uuid, share) ->
                      shares.put(
                          uuid,
                          look < one.firstLook()
                              ? share
                              : seen(share, id, uuid, use, promisedMiB.getOrDefault(uuid, 0L))));
          shares.values().removeIf(Share::isBack);
          if (!shares.isEmpty()) {
            left.put(id, new Ended(shares, one.firstLook(), one.sinceNanos()));
          }
        });
    return new MemoryReturn(left);
  }

  private static Share seen(Share share, InstanceId id, String uuid, GpuUse use, long others) {
    long listedMiB = use.usedMiB(id, uuid);
    // What nobody owns has grown by it, or by nothing where the driver lists no process at all.
    boolean listing = share.listed() || use.ownedMiB(uuid) > 0;
    long over = use.ownerlessMiB(uuid) - share.ownerlessMiB();
    if (!listing) {
      over = Math.max(over, use.usedMiB(uuid) - others);
    }
    long away = Math.min(share.promisedMiB(), listedMiB + Math.max(0, over));
    return new Share(share.promisedMiB(), away, share.ownerlessMiB(), share.listed());
  }

  /** What of a GPU is not back yet. */
  long awayMiB(String uuid) {
    return ended.values().stream()
        .flatMap(one -> Optional.ofNullable(one.shares().get(uuid)).stream())
        .mapToLong(Share::awayMiB)
        .sum();
  }

  /** Instances whose memory is not back for longer than {@code limit}. */
  Set<InstanceId> overdue(long nowNanos, Duration limit) {
    return ended.entrySet().stream()
        .filter(entry -> nowNanos - entry.getValue().sinceNanos() > limit.toNanos())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Who has not given back memory of a GPU, as a half sentence; empty when all is back. */
  Optional<String> inWords(Gpu gpu) {
    List<String> who =
        ended.entrySet().stream()
            .filter(entry -> entry.getValue().shares().containsKey(gpu.uuid()))
            .map(entry -> entry.getKey().toString())
            .toList();
    return who.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d MiB of %s not back yet".formatted(awayMiB(gpu.uuid()), String.join(" and ", who)));
  }
}
