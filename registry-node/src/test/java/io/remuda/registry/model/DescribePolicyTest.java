package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whose word on a model the whole fleet goes by. */
class DescribePolicyTest {
  private static final Action ASK_1 = new Action.Describe(new MachineId("m1"));
  private static final Action ASK_2 = new Action.Describe(new MachineId("m2"));

  private final World world = new World().declared(aSpec().build());

  @Test
  void asksNoMachineThatDoesNotKnowItsGpusYet() {
    world.says(Reports.of("m1").settled(false));
    assertThat(world.look().actions()).isEmpty();

    world.says(Reports.of("m1").gpu(80_000, 0, 0));

    assertThat(world.look().actions()).containsExactly(ASK_1);
  }

  @Test
  void asksTheMachineWithTheMostGpuMemoryFirst() {
    world
        .says(Reports.of("m0"))
        .says(Reports.of("m1").gpu(8_000, 0, 0))
        .says(Reports.of("m2").gpu(24_000, 0, 0).gpu(24_000, 0, 0));

    assertThat(world.look().actions()).containsExactly(ASK_2);
  }

  @Test
  void aMachineThatWouldNotRunItIsAskedAfterOneThatWould() {
    World labelled = new World().declared(aSpec().labelled("zone", "a").build());
    labelled
        .says(Reports.of("m1").labels(Map.of("zone", "a")))
        .says(Reports.of("m2").gpu(24_000, 0, 0));

    assertThat(labelled.look().actions()).containsExactly(ASK_1);
  }

  @Test
  void aSilentMachineWithGpusKeepsNoOtherFromBeingAsked() {
    world.says(Reports.of("m1")).says(Reports.of("m2").gpu(24_000, 0, 0));
    assertThat(world.look().actions()).containsExactly(ASK_2);

    for (Action next : List.of(ASK_1, ASK_2, ASK_1)) {
      world.later(World.POLICY.describeTimeout().plus(Duration.ofSeconds(1)));

      assertThat(world.look().actions()).containsExactly(next);
    }
  }
}
