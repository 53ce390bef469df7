package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseSettingsTest {

  private static final Config DEFAULTS = ConfigFactory.load();

  @Test
  void hasSaneDefaults() {
    LeaseSettings settings = LeaseSettings.from(DEFAULTS);

    assertThat(settings.publicUrl()).isEmpty();
    assertThat(settings.defaultTtl()).isEqualTo(Duration.ofMinutes(10));
    assertThat(settings.maxTtl()).isEqualTo(Duration.ofHours(24));
    assertThat(settings.longestWait())
        .isLessThan(DEFAULTS.getDuration("remuda.gateway.http.request-timeout"));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            LeaseSettings.from(
                with(
                    "public-url = \"https://models.example.org/\", default-ttl = 1s, max-ttl = 2s,"
                        + " default-patience = 3s, max-patience = 4s, most-models = 5,"
                        + " longest-wait = 6s, first-look = 7ms, longest-look = 8ms, waiting = 9,"
                        + " look-limit = 10s, lookups = 11")))
        .isEqualTo(
            new LeaseSettings(
                Optional.of("https://models.example.org"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                5,
                Duration.ofSeconds(6),
                Duration.ofMillis(7),
                Duration.ofMillis(8),
                9,
                Duration.ofSeconds(10),
                11,
                false));
  }

  @Test
  void endpointsOfAGatewayWithACertificateAreEncrypted() {
    Config tls = ConfigFactory.parseString("remuda.gateway.tls.certificate = \"public.pem\"");

    assertThat(LeaseSettings.from(DEFAULTS).encrypted()).isFalse();
    assertThat(LeaseSettings.from(tls.withFallback(DEFAULTS)).encrypted()).isTrue();
  }

  @Test
  void refusesDefaultsBeyondTheirLimits() {
    assertThatThrownBy(() -> LeaseSettings.from(with("max-ttl = 5m")))
        .hasMessageContaining("default-ttl");
    assertThatThrownBy(() -> LeaseSettings.from(with("max-patience = 5m")))
        .hasMessageContaining("default-patience");
    assertThatThrownBy(() -> LeaseSettings.from(with("default-ttl = 10ms, max-ttl = 500ms")))
        .hasMessageContaining("max-ttl");
  }

  private static Config with(String leases) {
    return ConfigFactory.parseString("remuda.gateway.leases {" + leases + "}")
        .withFallback(DEFAULTS);
  }
}
