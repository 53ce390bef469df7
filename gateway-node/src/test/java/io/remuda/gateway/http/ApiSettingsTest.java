package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ApiSettingsTest {

  private static ApiSettings from(String lines) {
    return ApiSettings.from(
        ConfigFactory.parseString("remuda.gateway.http {" + lines + "}")
            .withFallback(ConfigFactory.load()));
  }

  @Test
  void givesAHeaderAsLongAsTheEdgeDoes() {
    ApiSettings shipped = from("");

    assertThat(shipped.headerTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(shipped.keptTimeout()).isEqualTo(Duration.ofSeconds(75));
  }

  @Test
  void readsEachLimitFromItsOwnKey() {
    assertThat(
            from(
                """
                body-limit = 1 KiB, body-timeout = 2s, body-patience = 3s, header-timeout = 4s
                kept-timeout = 5s, ask-timeout = 6s, wait-limit = 7s, event-patience = 8s
                audit-patience = 9s, shutdown-timeout = 10s
                """))
        .isEqualTo(
            new ApiSettings(
                1024,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10)));
  }

  @Test
  void refusesWhatIsNoTime() {
    assertThatThrownBy(() -> from("header-timeout = soon"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("header-timeout");
  }
}
