package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.gpu.ResidentMemory;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much memory an engine is said to have used. */
class MemoryMeterTest {

  private static final InstanceId A = InstanceId.of("a-1");
  private static final InstanceId B = InstanceId.of("b-2");
  private static final Resources CLAIM = new Resources(8_000, 500, 2, 2);

  @Test
  void tellsTheMostThatWasSeenOnceItHasBeenReadyForAWhile() {
    MemoryMeter meter =
        MemoryMeter.NONE
            .ready(A, 100)
            .seen(use(Map.of("GPU-0", 3_000L, "GPU-1", 3_200L)), Map.of(A, 700L, B, 9L))
            .seen(use(Map.of("GPU-0", 2_000L, "GPU-1", 2_000L)), Map.of(A, 600L));

    assertThat(meter.measured(A, CLAIM, 129, 30)).isEmpty();
    assertThat(meter.measured(A, CLAIM, 130, 30)).contains(new Resources(6_400, 700, 2, 2));
    assertThat(meter.measured(B, CLAIM, 130, 30)).as("not to be measured").isEmpty();
  }

  @Test
  void ofWhatNoDriverTellsItTellsTheClaim() {
    MemoryMeter meter =
        MemoryMeter.NONE.ready(A, 0).seen(GpuUse.NONE, Map.of(A, 700L)).ready(A, 90);

    assertThat(meter.measured(A, CLAIM, 30, 30)).contains(new Resources(8_000, 700, 2, 2));
    assertThat(meter.without(A).measured(A, CLAIM, 30, 30)).isEmpty();
  }

  @Test
  void memoryOfTheHostIsReadFromTheProcesses() {
    long own = ProcessHandle.current().pid();

    assertThat(ResidentMemory.mib(List.of(own))).isGreaterThan(10);
    assertThat(ResidentMemory.mib(List.of(5_000_000L))).isZero();
  }

  private static GpuUse use(Map<String, Long> gpus) {
    return new GpuUse(List.of(), Map.of(), Map.of(A, gpus));
  }
}
