package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.List;

/**
 * What a machine has and what of it is promised.
 *
 * @param memoryTotalMiB of the host that instances may use in all
 * @param memoryReservedMiB promised to instances
 * @param cpusTotal cores that instances may use in all
 * @param cpusReserved promised to instances
 */
public record Capacity(
    long memoryTotalMiB,
    long memoryReservedMiB,
    double cpusTotal,
    double cpusReserved,
    List<Gpu> gpus)
    implements WireMessage {

  public Capacity {
    gpus = List.copyOf(gpus);
  }

  public long memoryFreeMiB() {
    return Math.max(0, memoryTotalMiB - memoryReservedMiB);
  }

  public double cpusFree() {
    return Math.max(0, cpusTotal - cpusReserved);
  }
}
