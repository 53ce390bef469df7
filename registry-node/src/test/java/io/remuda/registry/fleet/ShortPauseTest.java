package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** With the settings that we ship, a node that is not run for 2.5 s changes nothing. */
class ShortPauseTest {

  private static final Duration PAUSE = Duration.ofMillis(2_500);
  private static final ActorTestKit KIT = ViewWorld.kit("short-pause");

  private final ViewWorld world = new ViewWorld(KIT);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void aMachineThatPausesStaysFreshForNewWork() {
    world.report(Reports.of("m1"));
    world.watch("demo", "demo-1");

    world.pass(PAUSE);

    assertThat(world.machine().silence()).isEqualTo(PAUSE);
    assertThat(world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter())).isTrue();
    assertThat(world.woken).isEmpty();
  }

  @Test
  void machinesThatAllPauseAtOncePullNoBrake() {
    for (int i = 1; i <= 5; i++) {
      world.report(Reports.of("m" + i));
    }

    world.pass(PAUSE);

    assertThat(world.fleet.snapshot().braked()).isFalse();
    assertThat(world.lossTold).isEmpty();
  }

  @Test
  void aRegistryNodeThatPausesTakesNoMachineForSilent() {
    world.report(Reports.of("m1"));

    world.clock.move(PAUSE);
    world.tick();
    world.barrier();

    assertThat(world.machine().fresh(ViewWorld.SETTINGS.reconcile().suspectAfter())).isTrue();
  }

  @Test
  void theSettingsGrantTwiceThePauseBeforeAMemberIsRemoved() {
    Duration removedAfter =
        ViewWorld.CONFIG
            .getDuration("akka.cluster.failure-detector.acceptable-heartbeat-pause")
            .plus(ViewWorld.CONFIG.getDuration("akka.cluster.split-brain-resolver.stable-after"));

    assertThat(removedAfter).isGreaterThan(PAUSE.multipliedBy(2));
    assertThat(ViewWorld.SETTINGS.pauseLimit()).isGreaterThan(PAUSE);
  }
}
