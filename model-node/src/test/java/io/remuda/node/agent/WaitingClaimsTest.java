package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StartReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Starts that may wait at a machine for room: one with 1000 MiB of memory. */
class WaitingClaimsTest extends AgentFixture {

  private static final InstanceId C = InstanceId.of("c-3");
  private static final InstanceId D = InstanceId.of("d-4");
  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void aStartThatDoesNotFitWaitsAndIsAnsweredWhenItHasRoom() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);

    TestProbe<StartReply> answer = waiting(agent, B, 600, LONG);

    InstanceReport waits = await(B, Phase.ASSIGNED);
    assertThat(waits.reason().orElseThrow())
        .startsWith("waits for room: needs 600 MiB of memory, ")
        .contains("has 400 of 1000 free");
    stop(agent, A);
    assertThat(answer.receiveMessage(LIMIT).refused()).isEmpty();
    await(B, Phase.READY);
  }

  @Test
  void theRoomOfTheFirstIsKeptFromAllThatCameLater() throws IOException {
    // given
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    TestProbe<StartReply> first = waiting(agent, B, 800, LONG);
    await(B, Phase.ASSIGNED);

    // when: both would fit beside the one that runs
    Refused impatient =
        start(agent, C, "fake", new Resources(0, 300, 0, 0)).refused().orElseThrow();
    TestProbe<StartReply> second = waiting(agent, D, 200, LONG);

    // then
    assertThat(impatient.code()).isEqualTo(ErrorCode.NODE_FULL);
    assertThat(await(D, Phase.ASSIGNED).reason().orElseThrow())
        .startsWith("waits for room behind 1 other: ");
    stop(agent, A);
    assertThat(first.receiveMessage(LIMIT).refused()).isEmpty();
    assertThat(second.receiveMessage(LIMIT).refused()).isEmpty();
  }

  @Test
  void patienceEndsAndTheSameStartDoesNotWaitAnew() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);

    TestProbe<StartReply> answer = waiting(agent, B, 600, Duration.ofMillis(1));

    assertThat(answer.receiveMessage(LIMIT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.NODE_FULL);
    TestProbe<StartReply> again = waiting(agent, B, 600, LONG);
    assertThat(again.receiveMessage(LIMIT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.NODE_FULL);
    Eventually.isTrue(
        "it is reported no more",
        LIMIT,
        () -> published().report().instances().stream().noneMatch(one -> one.id().equals(B)));
  }

  @Test
  void aStopEndsTheWaitForGood() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    TestProbe<StartReply> answer = waiting(agent, B, 600, LONG);
    await(B, Phase.ASSIGNED);

    assertThat(stop(agent, B).refused()).isEmpty();

    assertThat(answer.receiveMessage(LIMIT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.ENDED);
    assertThat(start(agent, B).refused().orElseThrow().code()).isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void whatWaitsOnAMachineThatIsCordonedIsSentElsewhere() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A);
    await(A, Phase.READY);
    TestProbe<StartReply> answer = waiting(agent, B, 600, LONG);
    await(B, Phase.ASSIGNED);

    setState(agent, 2, true);

    assertThat(answer.receiveMessage(LIMIT).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.CORDONED);
  }

  @Test
  void theSameStartAgainKeepsItsPlace() {
    StartInstance first = start(B, 600, LONG);
    Refused full = Refused.of(ErrorCode.NODE_FULL, "full");
    WaitingClaims two = WaitingClaims.NONE.with(first, full, 0).with(start(C, 600, LONG), full, 1);

    WaitingClaims again = two.with(start(B, 600, LONG), full, 2);

    assertThat(again.waiting()).extracting(WaitingClaims.Waiting::id).containsExactly(B, C);
    assertThat(again.waiting().get(0).sinceNanos()).isZero();
  }

  private StartInstance start(InstanceId id, long memoryMiB, Duration patience) {
    TestProbe<StartReply> nobody = kit.createTestProbe();
    return start(id, memoryMiB, patience, nobody);
  }

  private static StartInstance start(
      InstanceId id, long memoryMiB, Duration patience, TestProbe<StartReply> reply) {
    return new StartInstance(
        id,
        id.number(),
        JOURNAL,
        ModelSpec.of(id.model(), "fake", Optional.empty()),
        new Resources(0, memoryMiB, 0, 0),
        0,
        Optional.of(patience),
        reply.getRef());
  }

  private TestProbe<StartReply> waiting(
      ActorRef<NodeAgent.Command> agent, InstanceId id, long memoryMiB, Duration patience) {
    TestProbe<StartReply> reply = kit.createTestProbe();
    agent.tell(new NodeAgent.Obey(start(id, memoryMiB, patience, reply)));
    return reply;
  }
}
