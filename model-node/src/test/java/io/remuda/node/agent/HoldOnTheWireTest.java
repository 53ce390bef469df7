package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.node.instance.Gate;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What calls meet at a machine whose instance is leased: from the registry's order to the answer.
 */
class HoldOnTheWireTest extends LeasedMachine {

  private static final Duration LONG = Duration.ofHours(1);
  private static final LeaseToken MINE = token("mine", 5);
  private static final LeaseToken NEXT = token("next", 6);

  private volatile boolean slow;
  private volatile boolean breaks;
  private final CountDownLatch answers = new CountDownLatch(1);
  private final ScriptedEngine engine =
      ScriptedEngine.start(
          (seen, wire) -> {
            if (seen.path().endsWith("/completions") && slow) {
              answers.await(60, TimeUnit.SECONDS);
            }
            if (seen.path().endsWith("/completions") && breaks) {
              wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"text\":");
              wire.cut();
              return;
            }
            wire.json(200, "{}");
          });

  @AfterEach
  void endEngine() {
    answers.countDown();
    engine.close();
  }

  private ActorRef<NodeAgent.Command> serving() throws IOException {
    runtimes.put(A, FakeRuntime.at(engine.base()));
    ActorRef<NodeAgent.Command> agent = settled();
    assertThat(start(agent, A).refused()).isEmpty();
    await(A, Phase.READY);
    return agent;
  }

  @Test
  void onlyTheHolderIsLetInAndOthersGoElsewhere() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    assertThat(call(Optional.empty())).isEqualTo("200");
    assertThat(call(Optional.of(MINE))).isEqualTo("409 stale_lease retry=false");

    assertThat(hold(agent, MINE, LONG)).isEmpty();

    assertThat(call(Optional.of(MINE))).isEqualTo("200");
    assertThat(call(Optional.empty())).isEqualTo("503 model_not_ready retry=true");
    assertThat(call(Optional.of(token("mine", 4)))).isEqualTo("409 stale_lease retry=false");
    assertThat(call(Optional.of(token("other", 5)))).isEqualTo("409 stale_lease retry=false");
  }

  @Test
  void aReleasedLeaseAnswersThatItIsOverAndTheNextHasTheInstance() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    assertThat(hold(agent, MINE, LONG)).isEmpty();

    assertThat(release(agent, A, MINE)).isEmpty();
    assertThat(call(Optional.of(MINE))).isEqualTo("410 ended retry=false");
    assertThat(call(Optional.empty())).isEqualTo("200");

    assertThat(hold(agent, NEXT, LONG)).isEmpty();
    assertThat(call(Optional.of(MINE))).isEqualTo("409 stale_lease retry=false");
    assertThat(call(Optional.of(NEXT))).isEqualTo("200");
  }

  @Test
  void aHolderThatSaysNothingAnyMoreLosesItWithoutAnybodysWord() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    assertThat(hold(agent, MINE, Duration.ofMillis(1))).isEmpty();

    Eventually.isTrue("over", LIMIT, () -> call(Optional.of(MINE)).equals("410 ended retry=false"));
    assertThat(call(Optional.empty())).isEqualTo("200");
    assertThat(hold(agent, MINE, LONG).map(Refused::code)).contains(ErrorCode.ENDED);
  }

  @Test
  void aCallOfEverybodyIsNotCutForALease() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    slow = true;
    CompletableFuture<String> under = CompletableFuture.supplyAsync(() -> call(Optional.empty()));
    Eventually.isTrue("under way", LIMIT, () -> gateOf().inFlight() == 1);
    TestProbe<NodeProtocol.HoldReply> reply = kit.createTestProbe();
    tellHold(agent, MINE, LONG, reply);

    Eventually.isTrue(
        "closed to others",
        LIMIT,
        () -> call(Optional.empty()).equals("503 model_not_ready retry=true"));
    assertThat(call(Optional.of(MINE))).isEqualTo("503 model_not_ready retry=false");
    answers.countDown();

    assertThat(under.get(60, TimeUnit.SECONDS)).isEqualTo("200");
    assertThat(reply.receiveMessage(LIMIT).refused()).isEmpty();
    assertThat(call(Optional.of(MINE))).isEqualTo("200");
  }

  @Test
  void aCallUnderALeaseIsCutWhenTheLeaseIsReleased() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    assertThat(hold(agent, MINE, LONG)).isEmpty();
    slow = true;
    CompletableFuture<String> under = CompletableFuture.supplyAsync(() -> call(Optional.of(MINE)));
    Eventually.isTrue("under way", LIMIT, () -> gateOf().inFlight() == 1);

    assertThat(release(agent, A, MINE)).isEmpty();

    assertThat(under.get(60, TimeUnit.SECONDS)).isEqualTo("410 ended retry=false");
    assertThat(hold(agent, NEXT, LONG)).isEmpty();
  }

  @Test
  void anAnswerThatBreaksOffIsSafeToAskForElsewhereButNotUnderALease() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    breaks = true;
    assertThat(call(Optional.empty())).isEqualTo("502 engine_gone retry=true");

    assertThat(hold(agent, MINE, LONG)).isEmpty();

    assertThat(call(Optional.of(MINE))).isEqualTo("502 engine_gone retry=false");
  }

  @Test
  void anotherJournalsOrdersAreRefusedAndWhatIsNotHereHoldsNothing() throws Exception {
    ActorRef<NodeAgent.Command> agent = serving();
    TestProbe<NodeProtocol.HoldReply> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.HoldInstance(A, new JournalId("theirs"), MINE, LONG, reply.getRef())));
    assertThat(reply.receiveMessage(LIMIT).refused().map(Refused::code))
        .contains(ErrorCode.WRONG_JOURNAL);
    agent.tell(
        new NodeAgent.Obey(new NodeProtocol.HoldInstance(B, JOURNAL, MINE, LONG, reply.getRef())));
    assertThat(reply.receiveMessage(LIMIT).refused().map(Refused::code))
        .contains(ErrorCode.MODEL_NOT_READY);
    assertThat(hold(agent, MINE, Duration.ZERO).map(Refused::code))
        .contains(ErrorCode.INVALID_REQUEST);

    assertThat(release(agent, B, MINE)).isEmpty();
    assertThat(call(Optional.empty())).isEqualTo("200");
  }

  private Gate gateOf() {
    return hosted.find(A).orElseThrow().gate();
  }
}
