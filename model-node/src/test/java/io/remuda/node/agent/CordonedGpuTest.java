package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One GPU of a machine that new instances get nothing of. */
class CordonedGpuTest extends AgentFixture {

  private static final Resources SMALL = new Resources(1_000, 0, 0, 1);

  @Test
  void givesNothingOfItAndLeavesWhatUsesIt() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A, "fake", SMALL);
    await(A, Phase.READY);

    assertThat(setState(agent, 2, false, Set.of("GPU-0")).refused()).isEmpty();

    assertThat(start(agent, B, "fake", SMALL).refused().orElseThrow().message())
        .contains("0 MiB free on GPU 0, which is cordoned");
    assertThat(start(agent, B, "fake", new Resources(0, 100, 0, 0)).refused()).isEmpty();
    Eventually.isTrue(
        "the report says so",
        LIMIT,
        () -> published().report().capacity().gpus().stream().anyMatch(gpu -> gpu.cordoned()));
    await(A, Phase.READY);
  }

  @Test
  void isNotGivenToOneThatNamesNoMemoryEither() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    setState(agent, 2, false, Set.of("GPU-0"));

    assertThat(start(agent, A, "fake", new Resources(0, 100, 0, 1)).refused()).isPresent();
  }

  @Test
  void isOpenedAgain() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    setState(agent, 2, false, Set.of("GPU-0"));

    setState(agent, 3, false, Set.of());

    assertThat(start(agent, A, "fake", SMALL).refused()).isEmpty();
  }
}
