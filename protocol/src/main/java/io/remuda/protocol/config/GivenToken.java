package io.remuda.protocol.config;

import com.typesafe.config.Config;
import io.remuda.protocol.tls.JoinToken;
import io.remuda.protocol.tls.NodeCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** The join token that a node is started with, when it is: in a setting, a file or on stdin. */
public final class GivenToken {

  private static final int LONGEST = 65_536;

  private GivenToken() {}

  /** Reads {@code remuda.cluster.join-token} and {@code join-token-file}. */
  static Optional<JoinToken> find(Config config) {
    String file = config.getString("remuda.cluster.join-token-file");
    String line = config.getString("remuda.cluster.join-token");
    if (!file.isBlank()) {
      return Optional.of(read(file));
    }
    return line.isBlank() ? Optional.empty() : Optional.of(JoinToken.parse(line));
  }

  /** The token in {@code file}, or on stdin where that is "-"; throws {@link StartRefused}. */
  public static JoinToken read(String file) {
    try {
      byte[] text =
          file.equals("-") ? System.in.readNBytes(LONGEST) : Files.readAllBytes(Path.of(file));
      return JoinToken.parse(new String(text, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new StartRefused(
          "The join token cannot be read from "
              + file
              + "; name the file that holds the line which 'remuda join-token' printed, or - for"
              + " stdin.",
          e);
    }
  }

  static void take(Path dir, String clusterName, JoinToken token) {
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
    NodeCertificate.take(dir, token, Instant.now());
  }
}
