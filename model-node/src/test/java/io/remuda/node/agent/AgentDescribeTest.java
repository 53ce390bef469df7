package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.model.ModelSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a machine says what a model would claim of it. */
class AgentDescribeTest extends AgentFixture {

  @Test
  void aModelIsNotDescribedBeforeTheGpusAreKnown() throws IOException {
    ActorRef<NodeAgent.Command> agent = spawn(List.of(), false);

    NodeProtocol.Described before = describe(agent);
    agent.tell(new NodeAgent.GpusSeen(List.of(gpu()), Map.of(), Map.of()));
    NodeProtocol.Described after = describe(agent);

    assertThat(before.refused().orElseThrow().message()).contains("looks at its GPUs");
    // It has looked at the model, which in this fixture nobody can.
    assertThat(after.refused().orElseThrow().message()).contains("no disk");
  }

  private NodeProtocol.Described describe(ActorRef<NodeAgent.Command> agent) {
    TestProbe<NodeProtocol.Described> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.DescribeModel(
                ModelSpec.of(A.model(), "fake", Optional.empty()), reply.getRef())));
    return reply.receiveMessage(LIMIT);
  }
}
