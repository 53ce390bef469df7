package io.remuda.gateway.auth;

import io.remuda.protocol.config.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of an issuer's keys in the node's data directory, so that a gateway that starts while
 * the issuer is away takes its tokens. When they were heard, from which address, and their text;
 * replaced as a whole at each reading. They are good for no longer than in memory: a copy that is
 * older, of another address, of a time to come, or damaged is left alone.
 */
final class IssuerKeysOnDisk {

  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeysOnDisk.class);

  /** For the two lines before the keys. */
  private static final int HEAD = 4_096;

  private static final int LINES = 3;

  private final Path file;
  private final URI address;
  private final Duration keepFor;
  private final int limit;
  private final InstantSource clock;

  IssuerKeysOnDisk(Path file, OidcSettings.Jwks settings, InstantSource clock) {
    this.file = file;
    this.address = settings.address();
    this.keepFor = settings.keepFor();
    this.limit = settings.limit();
    this.clock = clock;
  }

  /** Gives {@code keys} what is there and still good, and keeps what they hear from now on. */
  void tie(IssuerKeys keys) {
    restore(keys);
    keys.onHeard(this::write);
  }

  private void restore(IssuerKeys keys) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      List<String> lines = List.of(JwksSource.text(file, limit + HEAD).split("\n", LINES));
      if (lines.size() < LINES) {
        throw new IllegalArgumentException("it has fewer than 3 lines");
      }
      if (!lines.get(1).equals(address.toString())) {
        throw new IllegalArgumentException("it is of " + lines.get(1));
      }
      Duration age = Duration.between(Instant.parse(lines.get(0)), clock.instant());
      if (age.isNegative() || age.compareTo(keepFor) > 0) {
        throw new IllegalArgumentException("it is " + age.toSeconds() + " s old");
      }
      keys.restore(lines.get(2), age);
    } catch (IllegalArgumentException
        | IllegalStateException
        | DateTimeParseException
        | UncheckedIOException e) {
      LOG.warn("event=oidc-key-copy-ignored file={} reason={}", file, e.toString());
    }
  }

  private void write(String text) {
    try {
      DurableFile.writeSecret(
          file, String.join("\n", clock.instant().toString(), address.toString(), text));
    } catch (IOException e) {
      LOG.warn("event=oidc-key-copy-not-written file={} reason={}", file, e.toString());
    }
  }
}
