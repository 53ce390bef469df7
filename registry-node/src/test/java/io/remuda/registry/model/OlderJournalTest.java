package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A journal that was restored from a backup behind a fleet that went on: nothing is stopped. */
class OlderJournalTest {

  @Test
  void whatALaterEventPlacedIsNeitherStoppedNorPlacedOnceMore() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").running("demo-77", Phase.READY));

    for (int i = 0; i < 10; i++) {
      assertThat(world.later(Duration.ofMinutes(1)).look().actions()).isEmpty();
    }

    assertThat(world.state.instances()).isEmpty();
    assertThat(world.outlook().reason().orElseThrow())
        .contains("journal is older")
        .contains("ends at event 2 of demo")
        .contains("demo-77 on m1")
        .contains("restore a later backup");
  }

  @Test
  void itIsNamedEvenWhereAllThatIsKnownIsReady() {
    World world = World.aReady();
    world.says(Reports.of("m2").running("demo-77", Phase.READY));
    world.look();

    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(world.outlook().ready()).isEqualTo(1);
    assertThat(world.outlook().reason().orElseThrow()).contains("demo-77 on m2");
  }

  @Test
  void aNameThatAnEmptyJournalDoesNotKnowIsLeftAlone() {
    World world = new World().says(Reports.of("m1").running("demo-3", Phase.READY));
    assertThat(world.state).isEqualTo(ModelState.empty(new ModelName("demo")));

    world.look();

    assertThat(world.later(Duration.ofHours(1)).look().actions()).isEmpty();
  }

  @Test
  void itGoesOnAsSoonAsThoseInstancesAreGone() {
    World world = World.aDescribed(1);
    world.says(Reports.of("m1").running("demo-77", Phase.READY));
    world.look();
    assertThat(world.state.instances()).isEmpty();

    world.says(Reports.of("m1"));
    world.look();

    assertThat(world.state.instances()).hasSize(1);
  }
}
