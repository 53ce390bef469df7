package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys of remuda.gateway.routing and remuda.gateway.admission. */
class RoutingSettingsTest {

  @Test
  void everyKeyOfRoutingIsRead() {
    RoutingSettings settings =
        RoutingSettings.from(
            with(
                """
                remuda.gateway.routing {
                  load-window = 1s, pace-window = 2s, pace-samples = 4, pace-floor = 5ms
                  outlier = 2.5, slow-start = 6s, breaker-failures = 7, breaker-pause = 8s
                  breaker-longest-pause = 9s, prefix-size = 1 KiB, prefix-block = 64 B
                  index-entries = 10, affinity = 11
                }
                """));

    assertThat(settings)
        .isEqualTo(
            new RoutingSettings(
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                4,
                Duration.ofMillis(5),
                2.5,
                Duration.ofSeconds(6),
                7,
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                1024,
                64,
                10,
                11));
  }

  @Test
  void theShippedOnesAreThoseOfReferenceConf() {
    assertThat(RoutingSettings.from(ConfigFactory.load()))
        .isEqualTo(
            new RoutingSettings(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                3,
                Duration.ofMillis(20),
                1.5,
                Duration.ofSeconds(10),
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                8192,
                512,
                65_536,
                2));
    assertThat(AdmissionSettings.from(ConfigFactory.load()))
        .isEqualTo(
            new AdmissionSettings(500, Priority.NORMAL, Priority.NORMAL, Map.of(), Map.of()));
  }

  @Test
  void everyKeyOfAdmissionIsRead() {
    AdmissionSettings settings =
        AdmissionSettings.from(
            with(
                """
                remuda.gateway.admission {
                  waiting-per-tenant = 3, default-priority = low, highest-priority = normal
                  highest-priority-of = { boss = high }, weights = { boss = 5 }
                }
                """));

    assertThat(settings.waitingPerTenant()).isEqualTo(3);
    assertThat(settings.usual()).isEqualTo(Priority.LOW);
    assertThat(settings.granted("boss", Priority.HIGH)).isEqualTo(Priority.HIGH);
    assertThat(settings.granted("other", Priority.HIGH)).isEqualTo(Priority.NORMAL);
    assertThat(settings.granted("other", Priority.LOW)).isEqualTo(Priority.LOW);
    assertThat(settings.weight("boss")).isEqualTo(5);
    assertThat(settings.weight("other")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "routing.pace-samples = 0            | pace-samples must be 1 or more",
        "routing.outlier = 0.5               | outlier must be 1 or more",
        "routing.breaker-failures = -1       | breaker-failures must be 0",
        "routing.breaker-longest-pause = 1ms | breaker-longest-pause must be breaker-pause or"
            + " longer",
        "routing.prefix-block = 12 B         | prefix-block must be a multiple of 8 bytes",
        "routing.prefix-size = 1 MiB         | prefix-size must be 0",
        "routing.index-entries = 0           | index-entries must be 1 or more",
        "routing.affinity = -1               | affinity must be 0 or more",
        "admission.waiting-per-tenant = 0    | waiting-per-tenant must be 1 or more",
        "admission.default-priority = urgent | must be high, normal or low",
        "admission.weights.a = 0             | weights.a must be 1 to 1000"
      })
  void refusesWhatMakesNoSense(String line, String says) {
    Config config = with("remuda.gateway." + line);

    assertThatThrownBy(
            () -> {
              RoutingSettings.from(config);
              AdmissionSettings.from(config);
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  private static Config with(String lines) {
    return ConfigFactory.parseString(lines).withFallback(ConfigFactory.load());
  }
}
