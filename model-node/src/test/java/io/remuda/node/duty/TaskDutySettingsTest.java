package io.remuda.node.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StartRefused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskDutySettingsTest {

  private static final long LARGEST_HEAP_SHARE = 64L << 20;

  @ParameterizedTest
  @CsvSource({
    // By the slots, with room for a next one each.
    "window = 0, 4, false, 8",
    "window = 0, 4, true, 64",
    "window = 0, 24, true, 64",
    "window = 5, 24, true, 5",
    // By what they may take in memory: 64 of 1 MiB, however many slots there are.
    "window = 0, 64, true, 64",
    "window = 1000, 4, true, 64",
    "window-size = 256 MiB, 64, true, 128",
    "payload-limit = 4 MiB, 64, true, 16",
    "payload-limit = 4 MiB, 4, false, 8",
    "payload-limit = 100 MiB, 4, false, 1",
    "payload-limit = 1 KiB, 64, true, 128"
  })
  void theWindowIsBoundedByItsTasksNumberAndByTheirBytes(
      String setting, int slots, boolean inJvm, int window) {
    TaskDutySettings settings = settings(setting);

    assertThat(settings.windowFor(slots, inJvm)).isEqualTo(window);
  }

  @Test
  void byDefaultNoInstanceTakesMoreThanItsShareOfTheHeap() {
    long largest = ConfigFactory.load().getBytes("remuda.tasks.payload-limit");

    assertThat(settings("window = 0").windowFor(1_000, true) * largest)
        .isLessThanOrEqualTo(LARGEST_HEAP_SHARE);
  }

  @Test
  void aLimitThatLetsNoInputThroughIsRefused() {
    assertThatThrownBy(() -> settings("payload-limit = 0"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("remuda.tasks.payload-limit is 0");
  }

  private static TaskDutySettings settings(String more) {
    return TaskDutySettings.from(
        ConfigFactory.parseString("remuda.tasks { " + more + " }")
            .withFallback(ConfigFactory.load()));
  }
}
