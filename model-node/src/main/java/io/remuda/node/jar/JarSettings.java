package io.remuda.node.jar;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How jars are found, described and run.
 *
 * @param folder in which deployments find their jars
 * @param described where descriptions are kept, one file for each jar's content
 * @param describeLimit for a jar's classes to be loaded and described
 * @param memoryMiB an instance claims when its deployment does not say
 * @param overheadMiB of an instance's memory that is not its heap
 */
public record JarSettings(
    Path folder, Path described, Duration describeLimit, long memoryMiB, long overheadMiB) {

  /** A JVM with less does not start. */
  private static final long SMALLEST_HEAP_MIB = 16;

  /** From the whole configuration; {@code data} is the node's data directory. */
  public static JarSettings from(Config config, Path data) {
    String folder = config.getString("remuda.node.jars");
    Config own = config.getConfig("remuda.node.sdk");
    return new JarSettings(
        folder.isBlank() ? data.resolve("jars") : Path.of(folder).toAbsolutePath(),
        data.resolve("jars-described"),
        own.getDuration("describe-limit"),
        own.getBytes("memory") >> 20,
        own.getBytes("overhead") >> 20);
  }

  /** The heap of an instance that may use so much memory in all; 0 for the default. */
  long heapMiB(long instanceMiB) {
    long whole = instanceMiB > 0 ? instanceMiB : memoryMiB;
    return Math.max(SMALLEST_HEAP_MIB, whole - overheadMiB);
  }
}
