package io.remuda.node.engine;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How engines are started and watched on this machine.
 *
 * @param host the address that engines listen on; loopback, for only the front may reach them
 * @param lowestPort that an engine may be told to listen on
 * @param highestPort that an engine may be told to listen on
 * @param startLimit for the keeper to have the process running
 * @param watchInterval how often a running engine's process is looked at
 * @param endLimit for a killed engine to be gone with all that it started
 * @param isolate whether a PID namespace is tried
 * @param orphanLimit for an engine to run on without a JVM that has it; zero for ever
 * @param memoryFactor how many times its declared memory an engine may take where the kernel can
 *     hold it to a limit; 0 for no limit
 * @param maxLogBytes of one instance's output before the older half is put aside
 * @param engines the folder of installed engines
 */
public record EngineSettings(
    String host,
    int lowestPort,
    int highestPort,
    Duration startLimit,
    Duration watchInterval,
    Duration endLimit,
    boolean isolate,
    Duration orphanLimit,
    double memoryFactor,
    long maxLogBytes,
    Duration probeInterval,
    Duration probeLimit,
    Duration versionLimit,
    Path engines) {

  public EngineSettings {
    if (lowestPort < 1 || highestPort > 65_535 || highestPort - lowestPort < 1) {
      throw new IllegalArgumentException(
          "remuda.node.engine.lowest-port is %d and highest-port is %d; give two of 1 to 65535, the second the higher one"
              .formatted(lowestPort, highestPort));
    }
  }

  /** From the whole configuration; the keys lie under {@code remuda.node.engine}. */
  public static EngineSettings from(Config config) {
    Config own = config.getConfig("remuda.node.engine");
    return new EngineSettings(
        own.getString("host"),
        own.getInt("lowest-port"),
        own.getInt("highest-port"),
        own.getDuration("start-limit"),
        own.getDuration("watch-interval"),
        own.getDuration("end-limit"),
        own.getBoolean("isolate"),
        own.getDuration("orphan-limit"),
        memoryFactor(own.getDouble("memory-factor")),
        own.getBytes("max-log"),
        own.getDuration("probe-interval"),
        own.getDuration("probe-limit"),
        own.getDuration("version-limit"),
        enginesFolder(own.getString("folder")));
  }

  private static double memoryFactor(double configured) {
    if (configured != 0 && !(configured >= 1)) {
      throw new IllegalArgumentException(
          "remuda.node.engine.memory-factor is %s; give 1 or more, or 0 for no limit: below 1 an engine"
                  .formatted(configured)
              + " would be ended for using what it was promised");
    }
    return configured;
  }

  /** The limit in MiB of an engine that declares so many; 0 for none. */
  long memoryLimitMiB(long declared) {
    return (long) Math.ceil(declared * memoryFactor);
  }

  /** How many ports there are for engines. */
  int ports() {
    return highestPort - lowestPort + 1;
  }

  private static Path enginesFolder(String configured) {
    if (!configured.isBlank()) {
      return Path.of(configured);
    }
    String data = System.getenv("XDG_DATA_HOME");
    return data == null || data.isBlank()
        ? Path.of(System.getProperty("user.home"), ".local", "share", "remuda", "engines")
        : Path.of(data, "remuda", "engines");
  }
}
