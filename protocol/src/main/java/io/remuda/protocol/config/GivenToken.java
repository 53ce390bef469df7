package io.remuda.protocol.config;

import com.typesafe.config.Config;
import io.remuda.protocol.tls.JoinToken;
import io.remuda.protocol.tls.NodeCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The join token that a node is started with, when it is: in a setting, a file or on stdin. */
public final class GivenToken {

  private static final Logger log = LoggerFactory.getLogger(GivenToken.class);
  private static final int LONGEST = 65_536;
  private static final String STDIN = "-";

  private GivenToken() {}

  /**
   * Reads {@code remuda.cluster.join-token} and {@code join-token-file}. A node that has taken one
   * needs it no more, so it starts without a file that is gone or stdin that has been read: its
   * launcher starts it again with the same words.
   */
  static Optional<JoinToken> find(Config config, Path dataDir) {
    String file = config.getString("remuda.cluster.join-token-file");
    String line = config.getString("remuda.cluster.join-token");
    if (!file.isBlank()) {
      return readUnlessKept(file, dataDir);
    }
    return line.isBlank() ? Optional.empty() : Optional.of(JoinToken.parse(line));
  }

  private static Optional<JoinToken> readUnlessKept(String file, Path dataDir) {
    try {
      String text = text(file);
      if (!text.isBlank() || NodeCertificate.kept(dataDir).isEmpty()) {
        return Optional.of(JoinToken.parse(text));
      }
    } catch (NoSuchFileException e) {
      if (NodeCertificate.kept(dataDir).isEmpty()) {
        throw unreadable(file, e);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    log.info(
        "event=join-token-absent file={} text=\"the certificate that is kept is used; the token is"
            + " not needed any more\"",
        file);
    return Optional.empty();
  }

  /** The token in {@code file}, or on stdin where that is "-"; throws {@link StartRefused}. */
  public static JoinToken read(String file) {
    try {
      return JoinToken.parse(text(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String text(String file) throws IOException {
    if (file.equals(STDIN)) {
      return ascii(System.in.readNBytes(LONGEST));
    }
    Path path = Path.of(file);
    String text = ascii(Files.readAllBytes(path));
    if (isOpenToOthers(path)) {
      log.warn(
          "event=join-token-open file={} text=\"others than its owner may read it, and who has it is"
              + " a node of the fleet: chmod 600, and remove it when the node has started\"",
          file);
    }
    return text;
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** A pipe has no reader but this one. */
  static boolean isOpenToOthers(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
    return granted.contains(PosixFilePermission.GROUP_READ)
        || granted.contains(PosixFilePermission.OTHERS_READ);
  }

  private static StartRefused unreadable(String file, IOException why) {
    return new StartRefused(
        "The join token cannot be read from "
            + file
            + "; name the file that holds the line which 'remuda join-token' printed, or - for"
            + " stdin.",
        why);
  }

  static void requireCluster(String clusterName, JoinToken token) {
    if (!token.cluster().equals(clusterName)) {
      throw new StartRefused(
          "The join token is of the cluster '"
              + token.cluster()
              + "', but this node was told to be of '"
              + clusterName
              + "'; set remuda.cluster.name = \""
              + token.cluster()
              + "\", or take a token of the right one.");
    }
  }

  /**
   * Keeps the node's certificate.
   *
   * @return the fleet's shared key that comes with it, unless the token is outdated
   */
  static Optional<String> take(Path dir, JoinToken token) {
    return NodeCertificate.take(dir, token, Instant.now()) ? token.clusterKey() : Optional.empty();
  }
}
