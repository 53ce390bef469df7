package io.remuda.node.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Memory of the host that processes hold now, as Linux tells it. What several of them share counts
 * for each: an engine's workers share little but code. Blocks.
 */
public final class ResidentMemory {
  private static final String FIELD = "VmRSS:";

  private ResidentMemory() {}

  /** In all, in MiB; 0 where nothing can be read, as of processes that are gone. */
  public static long mib(Collection<Long> pids) {
    return pids.stream().mapToLong(ResidentMemory::kib).sum() / 1024;
  }

  private static long kib(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith(FIELD))
          .map(line -> line.substring(FIELD.length()).replace("kB", "").strip())
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
