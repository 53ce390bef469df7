package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an agent finds when it begins, and what it does when a part of it fails. */
class AgentAdoptionTest extends AgentFixture {

  @Test
  void tombstonesAndJournalOutliveTheAgent() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    stop(agent, A);
    kit.stop(agent);
    port = kit.createTestProbe();

    ActorRef<NodeAgent.Command> next = spawn(List.of());

    assertThat(home.journalId()).contains(JOURNAL);
    assertThat(start(next, A).refused().orElseThrow().code()).isEqualTo(ErrorCode.ENDED);
    assertThat(published().routes()).extracting(Route::phase).containsExactly(Phase.ENDED);
  }

  @Test
  void takesUpWhatWasLeftBeforeItIsSettled() throws IOException {
    runtimes.put(A, FakeRuntime.left());
    Kept left = left("fake");

    ActorRef<NodeAgent.Command> agent = spawn(List.of(left));

    assertThat(await(A, Phase.READY).pid()).hasValue(1_000);
    assertThat(start(agent, A).refused()).isEmpty();
    assertThat(start(agent, B).refused().orElseThrow().message()).contains("just joined");
    NodeReport report = published().report();
    assertThat(report.settled()).isFalse();
    assertThat(report.capacity().memoryReservedMiB()).isEqualTo(600);
  }

  @Test
  void whatCannotBeRunAnyMoreKeepsItsClaimUntilItIsStopped() throws IOException {
    Kept left = left("none");

    ActorRef<NodeAgent.Command> agent = spawn(List.of(left));

    InstanceReport failed = await(A, Phase.FAILED);
    assertThat(failed.reason().orElseThrow()).contains("no such engine");
    assertThat(failed.pid()).hasValue(1_000);
    assertThat(published().report().capacity().memoryReservedMiB()).isEqualTo(600);
    NodeProtocol.StopReply stopped = stop(agent, A);
    assertThat(stopped.refused()).isEmpty();
    assertThat(stopped.capacity().memoryReservedMiB()).isZero();
    assertThat(engines(A).get(0).endedWith).isPresent();
  }

  @Test
  void takesNothingNewBeforeItHasSeenItsGpus() throws IOException {
    ActorRef<NodeAgent.Command> agent = spawn(List.of(), false);
    setState(agent, 1, false);

    assertThat(start(agent, A).refused().orElseThrow().message()).contains("looks at its GPUs");
    assertThat(published().report().settled()).isFalse();
  }

  @Test
  void goesOnCountingRestartsWhereTheFormerJvmStopped() throws IOException {
    runtimes.put(A, FakeRuntime.left());
    spawn(List.of(left("fake")));
    assertThat(await(A, Phase.READY).restarts()).isEqualTo(2);

    engines(A).get(0).exit("signal 9");

    assertThat(await(A, Phase.STARTING).restarts()).isEqualTo(3);
    await(A, Phase.READY);
    assertThat(new InstanceFolder(data.resolve("instances")).read())
        .extracting(Kept::restarts)
        .containsExactly(3);
  }

  @Test
  void anInstanceWhoseActorFailsIsTakenUpAgainAndStartedNoSecondTime() throws IOException {
    ActorRef<NodeAgent.Command> agent = failing();
    long before = published().report().incarnation();

    // In the pause before it is taken up again.
    assertThat(start(agent, A).refused()).isEmpty();

    await(A, Phase.READY);
    NodeReport report = published().report();
    assertThat(report.capacity().memoryReservedMiB()).isEqualTo(600);
    assertThat(report.incarnation()).isEqualTo(before);
  }

  @Test
  void endsNotBeforeAnInstanceWithoutAnActorHasEnded() throws IOException {
    ActorRef<NodeAgent.Command> agent = failing();
    TestProbe<Done> done = kit.createTestProbe();

    agent.tell(new NodeAgent.EndAll(Duration.ofSeconds(1), done.getRef()));

    done.receiveMessage(LIMIT);
    assertThat(engines(A)).hasSize(2);
    assertThat(engines(A).get(1).endedWith).isPresent();
  }

  @Test
  void anAgentThatFailsComesBackAsAnotherIncarnationAndRemembersWhatIsOver() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    stop(agent, A);
    long before = published().report().incarnation();

    TestProbe<NodeProtocol.StartReply> never = kit.createTestProbe();
    tellStart(agent, B, "broken", Resources.NONE, never);

    agent.tell(new NodeAgent.Attach(port.getRef()));
    Eventually.isTrue(
        "a report of the next incarnation",
        LIMIT,
        () -> published().report().incarnation() > before);
    agent.tell(new NodeAgent.GpusSeen(List.of(gpu()), Map.of(), Map.of()));
    setState(agent, 1, false);
    assertThat(start(agent, A).refused().orElseThrow().code()).isEqualTo(ErrorCode.ENDED);
  }

  /** An agent whose instance a-1 has just lost its actor, to a bug, and not its engine. */
  private ActorRef<NodeAgent.Command> failing() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    runtimes.put(A, FakeRuntime.buggy());
    LoggingTestKit.error("instance failed")
        .expect(kit.system(), () -> start(agent, A).refused().isEmpty());
    return agent;
  }
}
