package io.remuda.gateway;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The certificate of the public port, from {@code remuda.gateway.tls}.
 *
 * @param certificate in PEM form, with those of the authorities between
 * @param key in PEM form, without a password
 * @param lookInterval after which both files are looked at again
 * @param handshakeTimeout within which a client's handshake is done
 */
record PublicTlsSettings(
    Path certificate, Path key, Duration lookInterval, Duration handshakeTimeout) {

  /** Empty for a port that is not encrypted; throws {@link StartRefused} for half a pair. */
  static Optional<PublicTlsSettings> from(Config config) {
    Config tls = config.getConfig("remuda.gateway.tls");
    String certificate = tls.getString("certificate");
    String key = tls.getString("key");
    if (certificate.isBlank() != key.isBlank()) {
      throw new StartRefused(
          "remuda.gateway.tls names %s and not %s. Give both for HTTPS, or none for HTTP."
              .formatted(
                  key.isBlank() ? "a certificate" : "a key",
                  key.isBlank() ? "its key" : "its certificate"));
    }
    return certificate.isBlank()
        ? Optional.empty()
        : Optional.of(
            new PublicTlsSettings(
                Path.of(certificate).toAbsolutePath().normalize(),
                Path.of(key).toAbsolutePath().normalize(),
                tls.getDuration("look-interval"),
                tls.getDuration("handshake-timeout")));
  }

  /** How clients' addresses of the gateway begin. */
  static String scheme(Optional<PublicTlsSettings> settings) {
    return settings.isPresent() ? "https://" : "http://";
  }
}
