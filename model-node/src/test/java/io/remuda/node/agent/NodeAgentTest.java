package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeAgentTest extends AgentFixture {

  @Test
  void theSameStartTwiceIsAnsweredTwiceAndDoneOnce() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();

    assertThat(start(agent, A).refused()).isEmpty();
    NodeProtocol.StartReply again = start(agent, A);

    assertThat(again.refused()).isEmpty();
    assertThat(again.capacity().memoryReservedMiB()).isEqualTo(600);
    await(A, Phase.READY);
    assertThat(engines(A)).hasSize(1);
  }

  @Test
  void theRoomOfAnEndedInstanceIsFreeForTheNext() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    assertThat(start(agent, B).refused().orElseThrow().code()).isEqualTo(ErrorCode.NODE_FULL);

    NodeProtocol.StopReply stopped = stop(agent, A);

    assertThat(stopped.refused()).isEmpty();
    assertThat(stopped.capacity().memoryReservedMiB()).isZero();
    assertThat(start(agent, B).refused()).isEmpty();
    Route withdrawn =
        Eventually.find(
            "the route of a-1 withdrawn",
            LIMIT,
            () ->
                published().routes().stream()
                    .filter(route -> route.instance().equals(A) && route.phase() == Phase.ENDED)
                    .findFirst());
    assertThat(withdrawn.slots()).isZero();
  }

  @Test
  void saysOfEachInstanceWhichRevisionItRuns() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A, "fake", Resources.NONE);

    assertThat(await(A, Phase.READY).revision()).isEqualTo(REVISION);
    assertThat(hosted.routes()).allMatch(route -> route.revision() == REVISION).isNotEmpty();
  }

  @Test
  void memoryOfAGpuThatOthersUseIsNotPromised() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();

    NodeProtocol.StartReply large = start(agent, A, "fake", new Resources(3_000, 0, 0, 1));
    NodeProtocol.StartReply small = start(agent, B, "fake", new Resources(2_000, 0, 0, 1));

    assertThat(large.refused().orElseThrow().message()).contains("2000 MiB free on GPU 0");
    assertThat(small.refused()).isEmpty();
  }

  @Test
  void onlyOneEngineStartsAtATime() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    runtimes.put(A, FakeRuntime.slow());
    start(agent, A, "fake", Resources.NONE);
    await(A, Phase.WARMING);
    start(agent, B, "fake", Resources.NONE);
    await(B, Phase.STARTING);
    assertThat(engines(B)).isEmpty();

    engines(A).get(0).proof.complete(Optional.empty());

    await(B, Phase.READY);
  }

  @Test
  void aStopThatOvertakesItsStartKeepsItFromEverRunning() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();

    assertThat(stop(agent, A).refused()).isEmpty();

    assertThat(start(agent, A).refused().orElseThrow().code()).isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void answersAPingFromWhatItKnows() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    TestProbe<NodeProtocol.Pong> reply = kit.createTestProbe();

    agent.tell(new NodeAgent.Obey(new NodeProtocol.Ping(9, List.of(A, B), reply.getRef())));

    NodeProtocol.Pong pong = reply.receiveMessage(LIMIT);
    assertThat(pong.nonce()).isEqualTo(9);
    assertThat(pong.instances()).extracting(InstanceReport::id).containsExactly(A);
  }

  @Test
  void aCordonHoldsOffWhatIsNewAndShowsInReports() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();

    assertThat(setState(agent, 2, true).refused()).isEmpty();

    assertThat(start(agent, A).refused().orElseThrow().code()).isEqualTo(ErrorCode.CORDONED);
    NodeReport report =
        Eventually.find(
            "a cordoned report",
            LIMIT,
            () -> Optional.of(published().report()).filter(NodeReport::cordoned));
    assertThat(report.labels()).isEqualTo(Map.of("zone", "a", "rack", "7"));
  }

  @Test
  void refusesAnEngineThatItDoesNotKnowAndPromisesNothing() throws IOException {
    NodeProtocol.StartReply reply = start(settled(), A, "none", new Resources(0, 600, 1, 0));

    assertThat(reply.refused().orElseThrow().code()).isEqualTo(ErrorCode.NO_SUCH_ENGINE);
    assertThat(reply.capacity().memoryReservedMiB()).isZero();
  }

  @Test
  void aModelThatCannotBeLookedAtIsAnAnswerToo() throws IOException {
    TestProbe<NodeProtocol.Described> reply = kit.createTestProbe();

    settled()
        .tell(
            new NodeAgent.Obey(
                new NodeProtocol.DescribeModel(
                    ModelSpec.of(A.model(), "fake", Optional.empty()), reply.getRef())));

    assertThat(reply.receiveMessage(LIMIT).refused().orElseThrow().message()).contains("no disk");
  }

  @Test
  void endsAllAndSaysThatItLeaves() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    TestProbe<Done> done = kit.createTestProbe();

    agent.tell(new NodeAgent.EndAll(Duration.ofSeconds(1), done.getRef()));

    done.receiveMessage(LIMIT);
    assertThat(start(agent, B).refused().orElseThrow().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    Eventually.isTrue(
        "a goodbye", LIMIT, () -> port.receiveMessage(LIMIT) instanceof NodePort.Leave);
  }
}
