package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What runs somewhere and the journal does not know: by where it comes from, under the brake. */
class StrangersTest {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(6);

  @Test
  void whatAMachineKeptWhileItWasLostIsStoppedAndItsReplacementStays() {
    World world = World.aReady();
    InstanceId kept = world.only();
    world.says(Reports.of("m2")).silent("m1", Duration.ofSeconds(31)).look();
    InstanceId replacement = world.only();
    assertThat(replacement).isNotEqualTo(kept);
    world.runsAll("m2", Phase.READY).look();

    world.says(Reports.of("m1").with(Reports.instance(kept, Phase.READY, 2)));
    world.look();

    assertThat(world.later(LONG_ENOUGH).look().actions())
        .singleElement()
        .isInstanceOfSatisfying(
            Action.Stop.class,
            stop -> {
              assertThat(stop.id()).isEqualTo(kept);
              assertThat(stop.epoch()).isGreaterThanOrEqualTo(kept.number());
            });
    assertThat(world.instances()).containsExactly(replacement);
  }

  @Test
  void nothingIsStoppedWhileTheBrakeHoldsAndTheTimeIsCountedFromItsRelease() {
    World world = World.aDescribed(0).placedAndEnded("demo-3", "m1");
    world.says(Reports.of("m1").running("demo-3", Phase.READY));
    world.braked = true;
    world.look();
    assertThat(world.later(LONG_ENOUGH).look().actions()).isEmpty();

    world.braked = false;

    assertThat(world.look().actions()).isEmpty();
    assertThat(world.later(LONG_ENOUGH).look().actions())
        .singleElement()
        .isInstanceOf(Action.Stop.class);
  }

  @Test
  void whatRegisteredItselfIsNoStranger() {
    World world = World.aDescribed(0).placedAndEnded("demo-3", "m1");
    world.says(Reports.of("m1").with(byItself("demo-3")));
    world.look();

    assertThat(world.later(LONG_ENOUGH).look().actions()).isEmpty();
  }

  @Test
  void whatHasEndedNeedsNoStop() {
    World world = World.aDescribed(0).placedAndEnded("demo-3", "m1");
    world.says(Reports.of("m1").running("demo-3", Phase.ENDED));
    world.look();

    assertThat(world.later(LONG_ENOUGH).look().actions()).isEmpty();
  }

  private static InstanceReport byItself(String id) {
    InstanceReport told = Reports.instance(InstanceId.of(id), Phase.READY, 1);
    return new InstanceReport(
        told.id(),
        told.epoch(),
        told.sequence(),
        told.phase(),
        Origin.SELF,
        told.engine(),
        told.pid(),
        told.port(),
        told.slots(),
        told.inFlight(),
        told.queued(),
        told.restarts(),
        told.reason(),
        told.progress(),
        told.claim(),
        told.tasks(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
