package io.remuda.node.gpu;

import io.remuda.node.gpu.GpuReading.GpuProcess;
import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads a machine's GPUs: from nvidia-smi, from the configuration, or none. {@link #read} runs a
 * program that can hang, and waits for it up to the configured limit: call it off any actor's
 * thread.
 */
public final class GpuProbe {
  private final GpuSettings settings;

  public GpuProbe(GpuSettings settings) {
    this.settings = settings;
  }

  /**
   * Everything there is to see now. A declared GPU with the id of a real one replaces its name and
   * memory, so that a part of a GPU can be kept for others.
   */
  public GpuReading read() {
    if (settings.program().isBlank()) {
      return new GpuReading(settings.declared(), List.of(), Optional.empty());
    }
    try {
      Optional<String> answer = ask("--query-gpu=" + String.join(",", NvidiaSmiCodec.GPU_FIELDS));
      if (answer.isEmpty()) {
        return new GpuReading(settings.declared(), List.of(), Optional.empty());
      }
      List<Gpu> real = NvidiaSmiCodec.gpus(answer.get());
      List<GpuProcess> processes =
          real.isEmpty()
              ? List.of()
              : NvidiaSmiCodec.processes(
                  ask("--query-compute-apps=" + String.join(",", NvidiaSmiCodec.PROCESS_FIELDS))
                      .orElse(""));
      return new GpuReading(joined(real), processes, Optional.empty());
    } catch (IOException e) {
      return new GpuReading(
          settings.declared(), List.of(), Optional.of(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new GpuReading(settings.declared(), List.of(), Optional.of("it was interrupted"));
    }
  }

  private List<Gpu> joined(List<Gpu> real) {
    List<Gpu> all = new ArrayList<>();
    for (Gpu gpu : real) {
      all.add(
          settings.declared().stream()
              .filter(each -> each.uuid().equals(gpu.uuid()))
              .findFirst()
              .map(limit -> limited(gpu, limit))
              .orElse(gpu));
    }
    for (Gpu declared : settings.declared()) {
      if (real.stream().noneMatch(gpu -> gpu.uuid().equals(declared.uuid()))) {
        all.add(declared);
      }
    }
    return all;
  }

  private static Gpu limited(Gpu gpu, Gpu limit) {
    return new Gpu(
        gpu.index(),
        gpu.uuid(),
        gpu.name(),
        Math.min(gpu.memoryTotalMiB(), limit.memoryTotalMiB()),
        gpu.memoryUsedMiB(),
        0,
        gpu.utilizationPercent(),
        gpu.temperatureCelsius(),
        gpu.powerWatts(),
        false);
  }

  /** What nvidia-smi says; empty when it is not installed. */
  private Optional<String> ask(String query) throws IOException, InterruptedException {
    Path output = Files.createTempFile("remuda-gpu", ".csv");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(settings.program(), query, "--format=csv,noheader,nounits")
                .redirectErrorStream(true)
                // A file, for a full pipe would look like a program that hangs.
                .redirectOutput(output.toFile())
                .start();
      } catch (IOException e) {
        return Optional.empty();
      }
      if (!process.waitFor(settings.limit().toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            settings.program()
                + " did not answer in "
                + settings.limit()
                + ": is the driver well?");
      }
      String answer = Files.readString(output, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(
            settings.program()
                + " exited with "
                + process.exitValue()
                + ": "
                + answer.lines().findFirst().orElse("it said nothing"));
      }
      return Optional.of(answer);
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
