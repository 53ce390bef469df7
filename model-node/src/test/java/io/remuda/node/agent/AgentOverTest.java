package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What has ended on a machine does not come back because its folder did. */
class AgentOverTest extends AgentFixture {

  @Test
  void anInstanceWithATombstoneIsNotTakenUpAndItsEngineIsEnded() throws IOException {
    // given
    ActorRef<NodeAgent.Command> agent = settled();
    stop(agent, A);
    kit.stop(agent);
    port = kit.createTestProbe();
    FakeRuntime left = FakeRuntime.leftOver(Refused.of(ErrorCode.ENDED, "over"));
    runtimes.put(A, left);

    // when
    spawn(List.of(left("fake")));

    // then
    Eventually.isTrue(
        "its engine is ended",
        LIMIT,
        () -> left.engines.size() == 1 && left.engines.get(0).endedWith.isPresent());
    Eventually.passes(
        "nothing but its tombstone is told",
        LIMIT,
        () -> {
          NodePort.Publish said = published();
          assertThat(said.report().instances()).isEmpty();
          assertThat(said.routes()).extracting(Route::phase).containsExactly(Phase.ENDED);
          assertThat(said.report().capacity().memoryReservedMiB()).isZero();
        });
    assertThat(assignments).doesNotContainKey(A);
  }
}
