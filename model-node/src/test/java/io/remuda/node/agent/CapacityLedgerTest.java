package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Resources;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CapacityLedgerTest {

  private static InstanceId id(int number) {
    return new InstanceId(new ModelName("m"), number);
  }

  private static Gpu gpu(int index, long total, long used) {
    return new Gpu(
        index,
        "GPU-" + index,
        "test",
        total,
        used,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        false,
        false);
  }

  /** One thing that happens to a machine. */
  record Step(boolean reserve, int instance, Resources claim) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Resources> claims =
        Combinators.combine(
                Arbitraries.longs().between(0, 9_000),
                Arbitraries.longs().between(0, 5_000),
                Arbitraries.integers().between(0, 5),
                Arbitraries.integers().between(0, 3))
            .as((gpu, memory, cpus, gpus) -> new Resources(gpu, memory, cpus / 2.0, gpus));
    return Combinators.combine(
            Arbitraries.of(true, true, false), Arbitraries.integers().between(0, 12), claims)
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  /** Something bad never happens: memory, cores or a GPU promised beyond what is there. */
  @Property
  void neverPromisesMoreThanThereIs(@ForAll("steps") List<Step> steps) {
    List<Gpu> gpus = List.of(gpu(0, 8_000, 100), gpu(1, 8_000, 3_000), gpu(2, 16_000, 0));
    Map<String, Long> foreign = Map.of("GPU-1", 3_000L);
    CapacityLedger ledger = CapacityLedger.of(10_000, 4).seen(gpus, foreign);
    for (Step step : steps) {
      ledger =
          step.reserve()
              ? ledger.reserve(id(step.instance()), step.claim(), "m1").ledger().orElse(ledger)
              : ledger.release(id(step.instance()));

      assertThat(ledger.capacity().memoryReservedMiB()).isBetween(0L, 10_000L);
      assertThat(ledger.capacity().cpusReserved()).isBetween(0.0, 4.000_01);
      for (Gpu gpu : gpus) {
        assertThat(ledger.reservedMiB(gpu.uuid()) + foreign.getOrDefault(gpu.uuid(), 0L))
            .as(gpu.uuid())
            .isLessThanOrEqualTo(gpu.memoryTotalMiB());
      }
    }
    for (Step step : steps) {
      ledger = ledger.release(id(step.instance()));
    }
    assertThat(ledger).isEqualTo(CapacityLedger.of(10_000, 4).seen(gpus, foreign));
  }

  @Test
  void refusesWithNeedAndFreeAndWhatToDo() {
    CapacityLedger ledger =
        CapacityLedger.of(1_000, 2)
            .reserve(id(1), new Resources(0, 800, 1, 0), "gpu-03")
            .ledger()
            .orElseThrow();

    CapacityLedger.Outcome memory = ledger.reserve(id(2), new Resources(0, 300, 0, 0), "gpu-03");
    CapacityLedger.Outcome cores = ledger.reserve(id(2), new Resources(0, 0, 1.5, 0), "gpu-03");
    CapacityLedger.Outcome gpu = ledger.reserve(id(2), new Resources(8_000, 0, 0, 1), "gpu-03");

    assertThat(memory.refused().orElseThrow().code()).isEqualTo(ErrorCode.NODE_FULL);
    assertThat(memory.refused().orElseThrow().message())
        .startsWith("needs 300 MiB of memory, gpu-03 has 200 of 1000 free; ");
    assertThat(cores.refused().orElseThrow().message())
        .startsWith("needs 1.5 cpus, gpu-03 has 1.0 of 2.0 free; ");
    assertThat(gpu.refused().orElseThrow().message())
        .isEqualTo(
            "needs 8000 MiB on each of 1 GPUs, gpu-03 has no GPU; lower the context or add a"
                + " machine");
  }

  @Test
  void aClaimOfSeveralGpusGetsItsShareOfEach() {
    CapacityLedger ledger =
        CapacityLedger.of(1_000, 2).seen(List.of(gpu(0, 8_000, 0), gpu(1, 8_000, 0)), Map.of());

    CapacityLedger promised =
        ledger.reserve(id(1), new Resources(9_001, 0, 0, 2), "m").ledger().orElseThrow();

    assertThat(promised.shareOf(id(1))).isEqualTo(Map.of("GPU-0", 4_501L, "GPU-1", 4_501L));
    assertThat(promised.reserve(id(2), new Resources(4_000, 0, 0, 1), "m").refused()).isPresent();
  }

  @Test
  void theFullestGpuThatFitsIsTaken() {
    CapacityLedger ledger =
        CapacityLedger.of(1_000, 2).seen(List.of(gpu(0, 16_000, 0), gpu(1, 8_000, 0)), Map.of());

    CapacityLedger promised =
        ledger.reserve(id(1), new Resources(6_000, 0, 0, 1), "m").ledger().orElseThrow();

    assertThat(promised.shareOf(id(1))).containsOnlyKeys("GPU-1");
  }

  @Test
  void promisingTwiceToTheSameInstanceCountsOnce() {
    CapacityLedger once =
        CapacityLedger.of(1_000, 2)
            .reserve(id(1), new Resources(0, 800, 1, 0), "m")
            .ledger()
            .orElseThrow();

    assertThat(once.reserve(id(1), new Resources(0, 800, 1, 0), "m").ledger()).contains(once);
  }
}
