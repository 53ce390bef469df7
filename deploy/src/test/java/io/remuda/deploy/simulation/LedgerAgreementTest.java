package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.agent.CapacityLedger;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.Locality;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The scheduler thinks there is room exactly where the machine gives it: several replicas on one
 * GPU, several GPUs for one replica, GPUs that are cordoned, and memory that somebody else uses.
 */
class LedgerAgreementTest {

  private static final MachineId M1 = new MachineId("m1");

  @Test
  void whatTheSchedulerPlacesTheMachineTakesAndNothingElse() {
    int shared = 0;
    int wide = 0;
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      CapacityLedger ledger = ledger(random);
      Set<String> used = new HashSet<>();
      for (int i = 1; i <= 12; i++) {
        Resources claim = claim(random);
        InstanceId id = new InstanceId(new ModelName("demo"), i);
        CapacityLedger.Outcome outcome = ledger.reserve(id, claim, "m1");

        assertThat(fits(ledger, claim))
            .as("seed %d, %s of %s: %s", seed, claim, ledger.capacity(), outcome.refused())
            .isEqualTo(outcome.ledger().isPresent());

        ledger = outcome.ledger().orElse(ledger);
        Set<String> gpus = ledger.shareOf(id).keySet();
        shared += gpus.stream().anyMatch(used::contains) ? 1 : 0;
        wide += gpus.size() > 1 ? 1 : 0;
        used.addAll(gpus);
      }
    }
    assertThat(shared).as("replicas beside another one on their GPU").isGreaterThan(100);
    assertThat(wide).as("replicas on several GPUs").isGreaterThan(100);
  }

  private static CapacityLedger ledger(SplittableRandom random) {
    List<Gpu> gpus = new ArrayList<>();
    Set<String> cordoned = new HashSet<>();
    int count = random.nextInt(0, 5);
    for (int i = 0; i < count; i++) {
      gpus.add(gpu(i, 8_000L * random.nextInt(1, 4), random.nextInt(3) == 0 ? 3_000 : 0));
      if (random.nextInt(4) == 0) {
        cordoned.add("GPU-" + i);
      }
    }
    CapacityLedger seen = CapacityLedger.of(16_000, 8).seen(gpus, Map.of());
    return new CapacityLedger(
        seen.memoryTotalMiB(),
        seen.cpusTotal(),
        seen.use(),
        seen.installedMiB(),
        seen.promises(),
        seen.returning(),
        cordoned);
  }

  private static Gpu gpu(int index, long totalMiB, long usedMiB) {
    return new Gpu(
        index,
        "GPU-" + index,
        "test",
        totalMiB,
        usedMiB,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        false,
        false);
  }

  private static Resources claim(SplittableRandom random) {
    int gpus = random.nextInt(0, 4);
    return new Resources(
        gpus == 0 ? 0 : 500L * random.nextInt(0, 30), 200L * random.nextInt(0, 12), 0.5, gpus);
  }

  private static boolean fits(CapacityLedger ledger, Resources claim) {
    NodeReport report =
        new NodeReport(
            M1,
            1,
            1,
            "host",
            "127.0.0.1:1",
            Map.of(),
            false,
            true,
            Optional.empty(),
            ledger.capacity(),
            List.of(new EngineOffer("still", true, Optional.empty(), Optional.empty())),
            List.of());
    FleetSnapshot fleet =
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, report)));
    return Scheduler.fitsSomewhere(
        fleet,
        new Need(
            ModelSpec.of(new ModelName("demo"), "still", Optional.empty()),
            claim,
            new JournalId("still"),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Locality.UNKNOWN,
            Duration.ofSeconds(3)));
  }
}
