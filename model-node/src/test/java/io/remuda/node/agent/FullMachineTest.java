package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StartReply;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Starts on a machine of 1000 MiB that has 400 left. */
class FullMachineTest extends AgentFixture {

  private static final InstanceId C = InstanceId.of("c-3");

  @Test
  void whatDoesNotFitIsRefusedAtOnceWhateverPatienceItNames() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);

    StartReply refused = startOfOld(agent, B, 5_000);

    assertThat(refused.refused().orElseThrow().code()).isEqualTo(ErrorCode.NODE_FULL);
    assertThat(start(agent, C, "fake", new Resources(0, 300, 0, 0)).refused())
        .as("nothing is kept for it from those that fit")
        .isEmpty();
  }

  @Test
  void itIsTakenWhenItIsSentAgainAndThereIsRoom() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    assertThat(startOfOld(agent, B, 600).refused()).isPresent();

    stop(agent, A);

    assertThat(startOfOld(agent, B, 600).refused()).isEmpty();
    await(B, Phase.READY);
  }

  /** As a sender may send it that still names a patience. */
  private StartReply startOfOld(ActorRef<NodeAgent.Command> agent, InstanceId id, long memoryMiB) {
    TestProbe<StartReply> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new StartInstance(
                id,
                id.number(),
                JOURNAL,
                ModelSpec.of(id.model(), "fake", Optional.empty()),
                new Resources(0, memoryMiB, 0, 0),
                REVISION,
                Optional.of(Duration.ofHours(1)),
                reply.getRef())));
    return reply.receiveMessage(LIMIT);
  }
}
