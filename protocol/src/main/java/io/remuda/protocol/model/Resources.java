package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;

/**
 * What an instance claims of its machine.
 *
 * @param gpuMemoryMiB memory of GPUs, over all of {@code gpus}
 * @param memoryMiB memory of the host
 * @param cpus cores, which may be a fraction
 * @param gpus how many GPUs share the memory claim; 0 when it claims none
 */
public record Resources(long gpuMemoryMiB, long memoryMiB, double cpus, int gpus)
    implements WireMessage {

  public static final Resources NONE = new Resources(0, 0, 0, 0);

  public Resources {
    if (gpuMemoryMiB < 0 || memoryMiB < 0 || cpus < 0 || gpus < 0 || Double.isNaN(cpus)) {
      throw new IllegalArgumentException(
          "resources are not negative: gpuMemoryMiB=%d memoryMiB=%d cpus=%s gpus=%d"
              .formatted(gpuMemoryMiB, memoryMiB, cpus, gpus));
    }
    if (gpuMemoryMiB > 0 && gpus == 0) {
      gpus = 1;
    }
  }

  public Resources plus(Resources other) {
    return new Resources(
        gpuMemoryMiB + other.gpuMemoryMiB,
        memoryMiB + other.memoryMiB,
        cpus + other.cpus,
        gpus + other.gpus);
  }
}
