package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.OptionalDouble;

/**
 * One GPU of a machine as it is now.
 *
 * @param uuid what an engine is told to use; stable, unlike {@code index}
 * @param memoryTotalMiB installed, or the part of it that the configuration leaves to the fleet
 * @param memoryUsedMiB used by anyone, also by processes that are not ours
 * @param memoryReservedMiB promised to our instances
 * @param utilizationPercent 0 to 100; absent where the driver does not say
 * @param declared whether it comes from the configuration and not from a driver
 * @param cordoned whether new instances get nothing of it
 */
public record Gpu(
    int index,
    String uuid,
    String name,
    long memoryTotalMiB,
    long memoryUsedMiB,
    long memoryReservedMiB,
    OptionalDouble utilizationPercent,
    OptionalDouble temperatureCelsius,
    OptionalDouble powerWatts,
    boolean declared,
    boolean cordoned)
    implements WireMessage {

  /** What may still be promised: total less the larger of used and reserved. */
  public long memoryFreeMiB() {
    return cordoned ? 0 : Math.max(0, memoryTotalMiB - Math.max(memoryUsedMiB, memoryReservedMiB));
  }

  public Gpu withReserved(long reservedMiB) {
    return new Gpu(
        index,
        uuid,
        name,
        memoryTotalMiB,
        memoryUsedMiB,
        reservedMiB,
        utilizationPercent,
        temperatureCelsius,
        powerWatts,
        declared,
        cordoned);
  }

  public Gpu withUsed(long usedMiB) {
    return new Gpu(
        index,
        uuid,
        name,
        memoryTotalMiB,
        usedMiB,
        memoryReservedMiB,
        utilizationPercent,
        temperatureCelsius,
        powerWatts,
        declared,
        cordoned);
  }

  public Gpu withCordon(boolean closed) {
    return new Gpu(
        index,
        uuid,
        name,
        memoryTotalMiB,
        memoryUsedMiB,
        memoryReservedMiB,
        utilizationPercent,
        temperatureCelsius,
        powerWatts,
        declared,
        closed);
  }
}
