package io.remuda.registry.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.testing.Reports;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an operator decides about one GPU of a machine. */
class GpuCordonTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final Instant NOW = Instant.EPOCH;
  private static final NodeReport REPORT =
      Reports.of("m1").gpu(8_000, 0, 0).gpu(8_000, 0, 0).build();
  private static final List<Gpu> GPUS = REPORT.capacity().gpus();

  @Test
  void isNamedByIndexOrUuidAndUnknownOnesAreNone() {
    MachineState state = MachineState.empty(M1);

    assertThat(MachineDecider.gpu(state, GPUS, "1")).contains("GPU-m11");
    assertThat(MachineDecider.gpu(state, GPUS, "GPU-m10")).contains("GPU-m10");
    assertThat(MachineDecider.gpu(state, GPUS, "2")).isEmpty();
  }

  @Test
  void anUnknownOneIsRefusedWithThoseThatThereAre() {
    Refused refused = MachineDecider.unknownGpu(M1, GPUS, "7");

    assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refused.message())
        .isEqualTo(
            "machine m1 has no GPU '7'; it has 0 (GPU-m10), 1 (GPU-m11): name one by its index or"
                + " its UUID");
  }

  @Test
  void isCordonedOnceAndKnownWhenTheMachineShowsItNoMore() {
    Optional<MachineEvent> cordoned =
        MachineDecider.cordonGpu(MachineState.empty(M1), "GPU-m10", NOW);
    MachineState state = MachineState.empty(M1).on(cordoned.orElseThrow());

    assertThat(MachineDecider.cordonGpu(state, "GPU-m10", NOW)).isEmpty();
    assertThat(MachineDecider.gpu(state, List.of(), "GPU-m10")).contains("GPU-m10");
    MachineState opened = state.on(MachineDecider.uncordonGpu(state, "GPU-m10", NOW).orElseThrow());
    assertThat(opened.cordonedGpus()).isEmpty();
    assertThat(MachineDecider.uncordonGpu(opened, "GPU-m10", NOW)).isEmpty();
  }

  @Test
  void isDrainedOnceAndKeepsWhatUsesItWhenItIsCordonedThen() {
    MachineState empty = MachineState.empty(M1);
    MachineState draining = empty.on(MachineDecider.drainGpu(empty, "GPU-m10", NOW).orElseThrow());

    assertThat(draining.drainingGpus()).containsExactly("GPU-m10");
    assertThat(draining.cordonedGpus()).containsExactly("GPU-m10");
    assertThat(MachineDecider.drainGpu(draining, "GPU-m10", NOW)).isEmpty();
    MachineState kept =
        draining.on(MachineDecider.cordonGpu(draining, "GPU-m10", NOW).orElseThrow());
    assertThat(kept.drainingGpus()).isEmpty();
    assertThat(kept.cordonedGpus()).containsExactly("GPU-m10");
    assertThat(
            draining
                .on(MachineDecider.uncordonGpu(draining, "GPU-m10", NOW).orElseThrow())
                .drainingGpus())
        .isEmpty();
  }

  @Test
  void aMachineThatGivesItOutStillDoesNotObey() {
    MachineState state =
        MachineState.empty(M1)
            .on(MachineDecider.cordonGpu(MachineState.empty(M1), "GPU-m10", NOW).orElseThrow());

    assertThat(MachineDecider.obeys(MachineState.empty(M1), REPORT)).isTrue();
    assertThat(MachineDecider.obeys(state, REPORT)).isFalse();
  }
}
