package io.remuda.protocol.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The fleet's secret: 32 random bytes in hex, in a file that only its owner reads. */
final class ClusterKey {

  private static final String SHAPE = "[0-9a-f]{64}";

  private ClusterKey() {}

  /**
   * The key in {@code own}, made now when there is none; or the one in {@code given}, which is then
   * kept in {@code own}.
   */
  static String readOrCreate(Path own, Optional<Path> given) throws IOException {
    if (given.isPresent()) {
      return keep(own, read(given.get()));
    }
    if (Files.exists(own)) {
      return read(own);
    }
    String made = NodeHome.randomHex(32);
    DurableFile.writeSecret(own, made + "\n");
    return made;
  }

  /** {@code key}, which is in {@code own} from now on. */
  static String keep(Path own, String key) throws IOException {
    if (!Files.exists(own) || !Files.readString(own).trim().equals(key)) {
      DurableFile.writeSecret(own, key + "\n");
    }
    return key;
  }

  private static String read(Path file) {
    String text;
    try {
      text = Files.readString(file).trim();
    } catch (IOException e) {
      throw new StartRefused(
          "The cluster's key cannot be read from "
              + file.toAbsolutePath()
              + "; copy cluster.key from the data directory of a node that runs, and name it with"
              + " --cluster-key FILE.",
          e);
    }
    if (!text.matches(SHAPE)) {
      throw new StartRefused(
          file.toAbsolutePath()
              + " does not hold a cluster's key (64 hexadecimal digits); copy cluster.key from the"
              + " data directory of a node that runs.");
    }
    return text;
  }
}
