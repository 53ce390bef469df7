package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeskSettingsTest {

  private static DeskSettings with(String lines) {
    return DeskSettings.from(ConfigFactory.parseString(lines).withFallback(ConfigFactory.load()));
  }

  private static DeskSettings ofTasks(String lines) {
    return with("remuda.gateway.tasks {" + lines + "}");
  }

  @Test
  void hasSaneDefaults() {
    DeskSettings settings = with("");

    assertThat(settings.memory()).isEqualTo(32L << 20);
    assertThat(settings.defaultDeadline()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.longestWait()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.waiting()).isEqualTo(2_000);
    assertThat(settings.lookups()).isEqualTo(64);
    assertThat(settings.lookupsOfOwner()).isEqualTo(8);
    assertThat(settings.unsure()).isEqualTo(10_000);
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            with(
                "remuda.tasks { payload-limit = 1 B, record-slack = 2s }\n"
                    + "remuda.gateway.tasks { memory = 3 B, default-deadline = 4s,"
                    + " longest-deadline = 5s, default-result-ttl = 6s, longest-result-ttl = 7s,"
                    + " longest-wait = 8s, first-look = 9s, longest-look = 10s, waiting = 11,"
                    + " sweep-pause = 12s, sweep-batch = 13, sweep-limit = 14s, depth-pause = 15s,"
                    + " round-limit = 16s, lookups = 17, lookups-of-owner = 18, unsure = 19 }"))
        .isEqualTo(
            new DeskSettings(
                1,
                3,
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(2),
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10),
                11,
                Duration.ofSeconds(12),
                13,
                Duration.ofSeconds(14),
                Duration.ofSeconds(15),
                Duration.ofSeconds(16),
                17,
                18,
                19));
  }

  @Test
  void badValuesAreRefused() {
    assertThatThrownBy(() -> ofTasks("lookups = 0")).hasMessageContaining("tasks.lookups is 0");
    assertThatThrownBy(() -> ofTasks("lookups-of-owner = 0"))
        .hasMessageContaining("lookups-of-owner");
    assertThatThrownBy(() -> ofTasks("unsure = -1")).hasMessageContaining("unsure is -1");
  }
}
