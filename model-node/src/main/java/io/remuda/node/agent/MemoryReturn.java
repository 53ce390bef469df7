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
 * <p>Memory is back when what belongs to no process that is known is no more than what was unknown
 * all along: a display, the driver's own, processes that a container hides. Where the driver lists
 * no process at all, what the others were promised counts as theirs, filled or not. GPUs that the
 * configuration declares have no driver, and what ends there is back at once.
 *
 * <p>Immutable.
 *
 * @param ended by instance
 * @param levels by the GPU's UUID
 */
public record MemoryReturn(Map<InstanceId, Ended> ended, Map<String, Level> levels) {

  /** Nothing is on its way back. */
  public static final MemoryReturn NONE = new MemoryReturn(Map.of(), Map.of());

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
   * @param heldMiB what the driver still lists of it; all of it until a look tells
   * @param overMiB what the GPU has in use too much, whoever of those that have ended has it
   * @param ownerlessMiB used by no known process before the end, what others had away left out
   */
  record Share(long promisedMiB, long heldMiB, long overMiB, long ownerlessMiB) {

    /** Not back yet, at most what was promised. */
    long awayMiB() {
      return Math.min(promisedMiB, heldMiB + overMiB);
    }

    boolean isBack() {
      return awayMiB() <= Math.max(LEAST_SLACK_MIB, Math.round(promisedMiB * SLACK));
    }
  }

  /**
   * What was learnt of one GPU by all looks.
   *
   * @param unknownMiB used by nobody that is known, and by nobody of ours that has ended
   * @param lists whether its driver has ever listed a process
   */
  record Level(long unknownMiB, boolean lists) {}

  public MemoryReturn {
    ended = Collections.unmodifiableMap(new TreeMap<>(ended));
    levels = Collections.unmodifiableMap(new TreeMap<>(levels));
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
      String uuid = gpu.uuid();
      long promised = gpuMiB.getOrDefault(uuid, 0L);
      if (promised > 0 && !gpu.declared()) {
        Level level = levels.get(uuid);
        long unknown = level == null ? 0 : level.unknownMiB();
        long before = Math.max(unknown, use.ownerlessMiB(uuid) - awayMiB(uuid));
        shares.put(uuid, new Share(promised, promised, 0, before));
      }
    }
    if (shares.isEmpty()) {
      return this;
    }
    Map<InstanceId, Ended> more = new TreeMap<>(ended);
    more.put(id, new Ended(shares, firstLook, nowNanos));
    return new MemoryReturn(more, levels);
  }

  /**
   * After a look.
   *
   * @param look its number
   * @param unlistedMiB by GPU: what instances that have not ended were promised, of those of which
   *     this look lists nothing there
   */
  MemoryReturn seen(long look, GpuUse use, Map<String, Long> unlistedMiB) {
    Map<String, Level> learnt = new TreeMap<>(levels);
    for (Gpu gpu : use.gpus()) {
      if (!gpu.declared()) {
        learnt.put(gpu.uuid(), level(gpu.uuid(), use, unlistedMiB.getOrDefault(gpu.uuid(), 0L)));
      }
    }
    Map<InstanceId, Ended> left = new TreeMap<>();
    ended.forEach(
        (id, one) -> {
          Map<String, Share> shares = new TreeMap<>(one.shares());
          if (look >= one.firstLook()) {
            shares.replaceAll(
                (uuid, share) ->
                    seen(
                        share,
                        use.usedMiB(id, uuid),
                        use.ownerlessMiB(uuid),
                        learnt.getOrDefault(uuid, new Level(0, false)),
                        unlistedMiB.getOrDefault(uuid, 0L)));
            shares.values().removeIf(Share::isBack);
          }
          if (!shares.isEmpty()) {
            left.put(id, new Ended(shares, one.firstLook(), one.sinceNanos()));
          }
        });
    return new MemoryReturn(left, learnt);
  }

  /** It is between what ours cannot have and what nobody has. */
  private Level level(String uuid, GpuUse use, long unlistedMiB) {
    long most = use.ownerlessMiB(uuid);
    long least = Math.max(0, most - unlistedMiB - awayMiB(uuid));
    boolean lists = use.ownedMiB(uuid) > 0;
    Level before = levels.get(uuid);
    return before == null
        ? new Level(least, lists)
        : new Level(Math.min(most, Math.max(least, before.unknownMiB())), lists || before.lists());
  }

  private static Share seen(
      Share share, long listedMiB, long ownerlessMiB, Level level, long unlistedMiB) {
    long over = ownerlessMiB - level.unknownMiB();
    if (!level.lists()) {
      // Nobody may have been listed yet, or nobody ever is: no more than before, in either case.
      over = Math.max(over - unlistedMiB, ownerlessMiB - share.ownerlessMiB());
    }
    return new Share(share.promisedMiB(), listedMiB, Math.max(0, over), share.ownerlessMiB());
  }

  /** What of a GPU is not back yet; what it has in use too much counts once. */
  long awayMiB(String uuid) {
    List<Share> shares =
        ended.values().stream()
            .flatMap(one -> Optional.ofNullable(one.shares().get(uuid)).stream())
            .toList();
    long held = shares.stream().mapToLong(Share::heldMiB).sum();
    long over = shares.stream().mapToLong(Share::overMiB).max().orElse(0);
    return Math.min(held + over, shares.stream().mapToLong(Share::awayMiB).sum());
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
