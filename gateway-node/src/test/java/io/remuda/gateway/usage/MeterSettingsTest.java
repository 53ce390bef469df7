package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.limit.Purse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MeterSettingsTest {

  private static MeterSettings with(String lines) {
    Config config = ConfigFactory.parseString("remuda.gateway {" + lines + "}");
    return MeterSettings.from(config.withFallback(ConfigFactory.load()));
  }

  @Test
  void hasSaneDefaults() {
    assertThat(with(""))
        .isEqualTo(
            new MeterSettings(
                new Purse.Times(50, 500, 1_000, 3_000),
                256,
                false,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                20_000));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            with(
                "limits { ask-pause = 1ms, ask-interval = 2ms, ask-patience = 3ms,"
                    + " alone-after = 4ms, assumed-answer-tokens = 5 }\n"
                    + "usage { ask-engines = on, hand-in-interval = 6ms, hand-in-patience = 7ms, most-lines = 8 }"))
        .isEqualTo(
            new MeterSettings(
                new Purse.Times(1, 2, 3, 4),
                5,
                true,
                Duration.ofMillis(6),
                Duration.ofMillis(7),
                8));
  }

  @Test
  void badValuesAreRefused() {
    assertThatThrownBy(() -> with("limits.ask-pause = 1s")).hasMessageContaining("ask-pause");
    assertThatThrownBy(() -> with("limits.assumed-answer-tokens = -1"))
        .hasMessageContaining("assumed-answer-tokens");
    assertThatThrownBy(() -> with("usage.hand-in-interval = 0s"))
        .hasMessageContaining("hand-in-interval");
    assertThatThrownBy(() -> with("usage.most-lines = 0")).hasMessageContaining("most-lines");
  }
}
