package io.remuda.node.agent;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Resources;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How much memory each engine was seen to use at most, so that the next one of its model claims
 * what it needs and not what somebody has guessed. Immutable.
 *
 * <p>An engine is measured when it has been ready for a while. One that takes whatever share it is
 * given is not: its use says nothing of its need.
 *
 * @param peaks by instance; those of engines that are not to be measured are not in it
 */
record MemoryMeter(Map<InstanceId, Peak> peaks) {

  static final MemoryMeter NONE = new MemoryMeter(Map.of());

  /**
   * The most that was seen of one instance.
   *
   * @param gpuMiB of that GPU of which it uses the most; 0 where no driver says it
   * @param hostMiB of the host
   * @param readyNanos when it was first ready, by the clock of time-outs
   */
  record Peak(long gpuMiB, long hostMiB, long readyNanos) {}

  MemoryMeter {
    peaks = Collections.unmodifiableMap(new TreeMap<>(peaks));
  }

  /** With an engine that is ready now; one that is started again is the same instance. */
  MemoryMeter ready(InstanceId id, long nowNanos) {
    return peaks.containsKey(id) ? this : with(id, new Peak(0, 0, nowNanos));
  }

  /**
   * After a look.
   *
   * @param hostMiB of the host, by instance
   */
  MemoryMeter seen(GpuUse use, Map<InstanceId, Long> hostMiB) {
    MemoryMeter next = this;
    for (Map.Entry<InstanceId, Peak> entry : peaks.entrySet()) {
      InstanceId id = entry.getKey();
      Peak before = entry.getValue();
      long gpu =
          use.oursMiB().getOrDefault(id, Map.of()).values().stream()
              .mapToLong(Long::longValue)
              .max()
              .orElse(0);
      next =
          next.with(
              id,
              new Peak(
                  Math.max(before.gpuMiB(), gpu),
                  Math.max(before.hostMiB(), hostMiB.getOrDefault(id, 0L)),
                  before.readyNanos()));
    }
    return next;
  }

  MemoryMeter without(InstanceId id) {
    Map<InstanceId, Peak> fewer = new TreeMap<>(peaks);
    fewer.remove(id);
    return new MemoryMeter(fewer);
  }

  /**
   * What {@code id} was seen to use; of what nobody can see, its claim. Empty before it has been
   * ready for {@code afterNanos} and was seen.
   */
  Optional<Resources> measured(InstanceId id, Resources claim, long nowNanos, long afterNanos) {
    return Optional.ofNullable(peaks.get(id))
        .filter(peak -> nowNanos - peak.readyNanos() >= afterNanos)
        .filter(peak -> peak.hostMiB() > 0)
        .map(
            peak ->
                new Resources(
                    claim.gpus() > 0 && peak.gpuMiB() > 0
                        ? peak.gpuMiB() * claim.gpus()
                        : claim.gpuMemoryMiB(),
                    peak.hostMiB(),
                    claim.cpus(),
                    claim.gpus()));
  }

  private MemoryMeter with(InstanceId id, Peak peak) {
    Map<InstanceId, Peak> more = new TreeMap<>(peaks);
    more.put(id, peak);
    return new MemoryMeter(more);
  }
}
