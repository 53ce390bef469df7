package io.remuda.node.gpu;

import io.remuda.node.gpu.GpuReading.GpuProcess;
import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
   * Everything there is to see now. A declared GPU with the id of a real one limits its memory, so
   * that a part of a GPU can be kept for others; where the driver does not have it, it is none.
   */
  public GpuReading read() {
    if (settings.program().isBlank()) {
      return withoutDriver();
    }
    try {
      Optional<String> answer = ask("--query-gpu=" + String.join(",", NvidiaSmiCodec.GPU_FIELDS));
      if (answer.isEmpty()) {
        return withoutDriver();
      }
      List<Gpu> real = NvidiaSmiCodec.gpus(answer.get());
      List<GpuProcess> processes =
          real.isEmpty()
              ? List.of()
              : NvidiaSmiCodec.processes(
                  ask("--query-compute-apps=" + String.join(",", NvidiaSmiCodec.PROCESS_FIELDS))
                      .orElse(""));
      return joined(real, processes);
    } catch (IOException e) {
      return unread(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unread("it was interrupted");
    }
  }

  private GpuReading withoutDriver() {
    return new GpuReading(settings.declared(), List.of(), Map.of(), Optional.empty());
  }

  /**
   * A limit says nothing of a GPU whose driver says nothing: neither what it has nor who uses it.
   */
  private GpuReading unread(String problem) {
    return new GpuReading(pretended(), List.of(), Map.of(), Optional.of(problem));
  }

  private List<Gpu> pretended() {
    return settings.declared().stream().filter(Gpu::declared).toList();
  }

  private GpuReading joined(List<Gpu> real, List<GpuProcess> processes) {
    List<Gpu> all = new ArrayList<>();
    Map<String, Long> installed = new HashMap<>();
    for (Gpu gpu : real) {
      Optional<Gpu> limit =
          settings.declared().stream().filter(each -> each.uuid().equals(gpu.uuid())).findFirst();
      limit.ifPresent(part -> installed.put(gpu.uuid(), gpu.memoryTotalMiB()));
      all.add(limit.map(part -> limited(gpu, part)).orElse(gpu));
    }
    for (Gpu declared : pretended()) {
      if (real.stream().noneMatch(gpu -> gpu.uuid().equals(declared.uuid()))) {
        all.add(declared);
      }
    }
    return new GpuReading(all, processes, installed, Optional.empty());
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
        false,
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
