package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublicTlsSettingsTest {

  private static Config with(String tls) {
    return ConfigFactory.parseString("remuda.gateway.tls {" + tls + "}")
        .withFallback(ConfigFactory.load());
  }

  @Test
  void isNotEncryptedUnlessACertificateIsNamed() {
    assertThat(PublicTlsSettings.from(ConfigFactory.load())).isEmpty();
    assertThat(PublicTlsSettings.scheme(Optional.empty())).isEqualTo("http://");
    assertThat(with("").getDuration("remuda.gateway.tls.look-interval"))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(with("").getDuration("remuda.gateway.tls.handshake-timeout"))
        .isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void everyKeyIsRead() {
    Optional<PublicTlsSettings> settings =
        PublicTlsSettings.from(
            with(
                "certificate = \"/a/c.pem\", key = \"/a/k.pem\", look-interval = 1s,"
                    + " handshake-timeout = 2s"));

    assertThat(settings)
        .contains(
            new PublicTlsSettings(
                Path.of("/a/c.pem"),
                Path.of("/a/k.pem"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2)));
    assertThat(PublicTlsSettings.scheme(settings)).isEqualTo("https://");
  }

  @Test
  void refusesHalfAPair() {
    assertThatThrownBy(() -> PublicTlsSettings.from(with("certificate = \"c.pem\"")))
        .hasMessageContaining("a certificate and not its key");
    assertThatThrownBy(() -> PublicTlsSettings.from(with("key = \"k.pem\"")))
        .hasMessageContaining("a key and not its certificate");
  }
}
