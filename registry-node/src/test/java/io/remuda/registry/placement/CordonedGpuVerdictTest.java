package io.remuda.registry.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a machine whose free GPU is cordoned. */
class CordonedGpuVerdictTest {

  private static final Need NEED = SchedulerTest.need(Specs.aSpec(), new Resources(6_000, 0, 0, 1));

  @Test
  void namesTheGpuAndHowItIsOpened() {
    Verdict closed = verdict(true);

    assertThat(closed.predicate()).isEqualTo("gpu-cordon");
    assertThat(closed.everFits()).isTrue();
    assertThat(closed.text())
        .contains("needs 6000 MiB on each of 1 GPU and has GPU 1 cordoned")
        .contains("`remuda uncordon m1 --gpu 1`");
    assertThat(verdict(false).fits()).isTrue();
  }

  /** A claim that names GPUs and no memory of them fits on a full one, and on no cordoned one. */
  @Test
  void isNoRoomForAClaimWithoutGpuMemory() {
    Need both = SchedulerTest.need(Specs.aSpec(), new Resources(0, 0, 0, 2));

    assertThat(verdict(false, both).fits()).isTrue();
    assertThat(verdict(true, both).predicate()).isEqualTo("gpu-cordon");
  }

  private static Verdict verdict(boolean cordoned) {
    return verdict(cordoned, NEED);
  }

  /** Of a machine with a full GPU and a free one. */
  private static Verdict verdict(boolean cordoned, Need need) {
    NodeReport report = Reports.of("m1").gpu(8_000, 8_000, 0).gpu(8_000, 0, 0).build();
    List<Gpu> gpus = new ArrayList<>(report.capacity().gpus());
    gpus.set(1, gpus.get(1).withCordon(cordoned));
    NodeReport changed =
        new NodeReport(
            report.machine(),
            1,
            1,
            report.hostName(),
            report.front(),
            report.labels(),
            false,
            true,
            report.journal(),
            new Capacity(report.capacity().memoryTotalMiB(), 0, 8, 0, gpus),
            report.engines(),
            List.of());
    return Suitability.of(
        new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, changed), need);
  }
}
