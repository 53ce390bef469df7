package io.remuda.protocol.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fleet's secret: 32 random bytes in hex, in a file that only its owner reads. */
public final class ClusterKey {

  private static final Logger log = LoggerFactory.getLogger(ClusterKey.class);
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
    String made = make();
    DurableFile.writeSecret(own, made + "\n");
    return made;
  }

  /** A new one. */
  public static String make() {
    return NodeHome.randomHex(32);
  }

  /** {@code key}, which is in {@code own} from now on. */
  static String keep(Path own, String key) throws IOException {
    boolean replaces = Files.exists(own);
    if (replaces && Files.readString(own).trim().equals(key)) {
      return key;
    }
    DurableFile.writeSecret(own, key + "\n");
    if (replaces) {
      log.warn(
          "event=cluster-key-replaced file={} text=\"API keys that were made with the former one are"
              + " worth nothing, and nodes that have it still do not serve this one\"",
          own);
    }
    return key;
  }

  /** The key in {@code file}; throws {@link StartRefused}. */
  public static String read(Path file) {
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
