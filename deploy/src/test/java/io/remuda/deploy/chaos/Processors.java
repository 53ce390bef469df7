package io.remuda.deploy.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Gives each host the same share of the processors, however many threads it runs: hosts are
 * machines of their own, and a node that starts there takes nothing from those on other ones.
 *
 * <p>{@code chaos.sh} makes the control group that all shares are in and removes it. Where it can
 * not, all threads of all hosts compete.
 */
final class Processors {

  private static final Optional<Path> ALL =
      Optional.ofNullable(System.getenv("REMUDA_CHAOS_SHARES"))
          .filter(folder -> !folder.isEmpty())
          .map(Path::of);

  private Processors() {}

  /** Whether hosts have shares. */
  static boolean areShared() {
    return ALL.isPresent();
  }

  /** What makes a command run in the host's share, and all that it starts. */
  static List<String> of(String host) {
    return ALL.map(all -> within(all.resolve(host))).orElse(List.of());
  }

  private static List<String> within(Path share) {
    try {
      Files.createDirectories(share);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of("sh", "-c", "echo 0 > \"$0/cgroup.procs\" && exec \"$@\"", share.toString());
  }
}
