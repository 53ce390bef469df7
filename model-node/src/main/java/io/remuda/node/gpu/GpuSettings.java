package io.remuda.node.gpu;

import com.typesafe.config.Config;
import io.remuda.protocol.model.Gpu;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How GPUs are found.
 *
 * @param program nvidia-smi's name or path; empty: no driver is asked
 * @param limit for one answer of it
 * @param interval between two readings
 * @param locks the folder of the files by which agents of one host share GPUs out
 * @param declared GPUs of the configuration: pretended ones, and limits of the driver's, which are
 *     not marked as declared
 */
public record GpuSettings(
    String program, Duration limit, Duration interval, Path locks, List<Gpu> declared) {
  public GpuSettings {
    declared = List.copyOf(declared);
  }

  /**
   * From the whole configuration; the keys lie under {@code remuda.node.gpu}.
   *
   * @param machine makes the ids of declared GPUs differ from another agent's on this host
   */
  public static GpuSettings from(Config config, String machine) {
    Config own = config.getConfig("remuda.node.gpu");
    List<Gpu> declared = new ArrayList<>();
    for (Config each : own.getConfigList("declared")) {
      int index = declared.size();
      String uuid =
          each.hasPath("uuid") ? each.getString("uuid") : "declared-" + machine + "-" + index;
      declared.add(
          new Gpu(
              index,
              uuid,
              each.hasPath("name") ? each.getString("name") : "declared",
              each.getBytes("memory") / (1024 * 1024),
              0,
              0,
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              !isOfADriver(uuid),
              false));
    }
    String locks = own.getString("lock-folder");
    return new GpuSettings(
        own.getString("nvidia-smi"),
        own.getDuration("limit"),
        own.getDuration("interval"),
        locks.isBlank() ? Path.of("/tmp", "remuda-gpu-locks") : Path.of(locks),
        declared);
  }

  /** By the form that NVIDIA's driver gives its ids: somebody else may use such a GPU. */
  private static boolean isOfADriver(String uuid) {
    return uuid.startsWith("GPU-") || uuid.startsWith("MIG-");
  }
}
