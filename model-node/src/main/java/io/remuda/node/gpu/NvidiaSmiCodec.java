package io.remuda.node.gpu;

import io.remuda.node.gpu.GpuReading.GpuProcess;
import io.remuda.protocol.model.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Understands nvidia-smi's comma-separated answers; what it calls not available is absent. */
final class NvidiaSmiCodec {
  /** In the order in which {@link #gpus} reads them. */
  static final List<String> GPU_FIELDS =
      List.of(
          "index",
          "uuid",
          "name",
          "memory.total",
          "memory.used",
          "utilization.gpu",
          "temperature.gpu",
          "power.draw");

  /** In the order in which {@link #processes} reads them. */
  static final List<String> PROCESS_FIELDS =
      List.of("gpu_uuid", "pid", "process_name", "used_memory");

  private NvidiaSmiCodec() {}

  /** A line that is no GPU, such as a warning, is left out. */
  static List<Gpu> gpus(String csv) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : csv.lines().toList()) {
      String[] fields = fields(line);
      if (fields.length < GPU_FIELDS.size()) {
        continue;
      }
      OptionalDouble index = number(fields[0]);
      OptionalDouble total = number(fields[3]);
      if (index.isEmpty() || total.isEmpty() || !fields[1].matches("[A-Za-z0-9-]+")) {
        continue;
      }
      gpus.add(
          new Gpu(
              (int) index.getAsDouble(),
              fields[1],
              fields[2],
              (long) total.getAsDouble(),
              (long) number(fields[4]).orElse(0),
              0,
              number(fields[5]),
              number(fields[6]),
              number(fields[7]),
              false,
              false));
    }
    return gpus;
  }

  static List<GpuProcess> processes(String csv) {
    List<GpuProcess> processes = new ArrayList<>();
    for (String line : csv.lines().toList()) {
      // A program's name may hold a comma: the ends are what counts.
      String[] fields = fields(line);
      if (fields.length < PROCESS_FIELDS.size()) {
        continue;
      }
      OptionalDouble pid = number(fields[1]);
      if (pid.isEmpty()) {
        continue;
      }
      long used = (long) number(fields[fields.length - 1]).orElse(0);
      processes.add(new GpuProcess(fields[0], (long) pid.getAsDouble(), fields[2], used));
    }
    return processes;
  }

  private static String[] fields(String line) {
    String[] fields = line.split(",", -1);
    for (int index = 0; index < fields.length; index++) {
      fields[index] = fields[index].strip();
    }
    return fields;
  }

  /** Absent for "[N/A]", "[Not Supported]", "N/A" and whatever else is no number. */
  private static OptionalDouble number(String field) {
    return Optional.of(field)
        .filter(text -> text.matches("-?\\d+(\\.\\d+)?"))
        .map(text -> OptionalDouble.of(Double.parseDouble(text)))
        .orElse(OptionalDouble.empty());
  }
}
