package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A machine's answer to a start or a stop carries its capacity, which is newer than its report. */
class ToldCapacityTest {

  private static final ActorTestKit KIT = ViewWorld.kit("told-capacity");
  private static final Capacity FULL = new Capacity(8_000, 7_900, 4, 4, List.of());

  private final ViewWorld world = new ViewWorld(KIT);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void theNextPlacementGoesByWhatAMachineAnsweredUntilItReportsAgain() {
    world.report(Reports.of("m1").memory(8_000, 0).sequence(1));

    tell(ViewWorld.M1);

    assertThat(world.machine().report().capacity()).isEqualTo(FULL);
    world.report(Reports.of("m1").memory(8_000, 100).sequence(2));
    Eventually.passes(
        "its report counts again",
        Duration.ofSeconds(10),
        () -> assertThat(world.machine().report().capacity().memoryReservedMiB()).isEqualTo(100));
  }

  @Test
  void aMachineThatNeverReportedIsNoneByItsAnswerAlone() {
    tell(new MachineId("m9"));

    assertThat(world.fleet.snapshot().machines()).isEmpty();
  }

  private void tell(MachineId machine) {
    world.view.tell(new FleetMessage.CapacityTold(machine, FULL));
    world.barrier();
  }
}
