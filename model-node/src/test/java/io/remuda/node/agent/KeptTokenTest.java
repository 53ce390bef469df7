package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.KeptHold;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A machine's JVM ends at any moment, and the next one lets in nobody whom it should not. */
class KeptTokenTest extends LeasedMachine {

  private static final Duration LONG = Duration.ofHours(1);
  private static final LeaseToken MINE = token("mine", 5);
  private static final LeaseToken NEXT = token("next", 6);

  private final ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));

  @AfterEach
  void endEngine() {
    engine.close();
  }

  private InstanceFolder folders() {
    return new InstanceFolder(data.resolve("instances"));
  }

  private ActorRef<NodeAgent.Command> leased(Duration ttl) throws IOException {
    runtimes.put(A, FakeRuntime.at(engine.base()));
    ActorRef<NodeAgent.Command> agent = settled();
    assertThat(start(agent, A).refused()).isEmpty();
    await(A, Phase.READY);
    assertThat(hold(agent, MINE, ttl)).isEmpty();
    return agent;
  }

  /** The JVM is gone and with it all that it knew; the engine runs on and is taken up. */
  private ActorRef<NodeAgent.Command> restarted(ActorRef<NodeAgent.Command> before)
      throws IOException {
    kit.stop(before, LIMIT);
    hosted.remove(A);
    runtimes.put(A, FakeRuntime.leftAt(engine.base()));
    ActorRef<NodeAgent.Command> agent = spawn(folders().read());
    // Its reports cannot be told from those of the one before.
    Eventually.isTrue(
        "taken up",
        LIMIT,
        () -> hosted.find(A).filter(found -> found.phase() == Phase.READY).isPresent());
    return agent;
  }

  @Test
  void isClosedToAllUntilItIsTold() throws Exception {
    ActorRef<NodeAgent.Command> agent = restarted(leased(LONG));

    assertThat(call(Optional.empty())).isEqualTo("503 model_not_ready retry=true");
    assertThat(call(Optional.of(MINE))).isEqualTo("503 model_not_ready retry=false");
    assertThat(call(Optional.of(token("mine", 4)))).isEqualTo("409 stale_lease retry=false");
    assertThat(hold(agent, token("old", 4), LONG).map(Refused::code))
        .contains(ErrorCode.STALE_LEASE);
    assertThat(hold(agent, MINE, LONG)).isEmpty();

    assertThat(call(Optional.of(MINE))).isEqualTo("200");
    assertThat(call(Optional.empty())).isEqualTo("503 model_not_ready retry=true");
  }

  @Test
  void aNumberThatWasWrittenAndNeverAnsweredCountsAllTheSame() throws Exception {
    ActorRef<NodeAgent.Command> before = leased(LONG);
    kit.stop(before, LIMIT);
    folders().keep(A, new KeptHold(NEXT, true, LONG.toMillis()));
    ActorRef<NodeAgent.Command> agent = restarted(before);

    assertThat(hold(agent, MINE, LONG).map(Refused::code)).contains(ErrorCode.STALE_LEASE);
    assertThat(call(Optional.of(MINE))).isEqualTo("409 stale_lease retry=false");
    assertThat(hold(agent, NEXT, LONG)).isEmpty();
    assertThat(call(Optional.of(NEXT))).isEqualTo("200");
  }

  @Test
  void isEverybodysWhenTheTimeToLiveIsOverAndNobodyHasSaidAnything() throws Exception {
    ActorRef<NodeAgent.Command> agent = restarted(leased(Duration.ofMillis(300)));

    Eventually.isTrue("everybody's", LIMIT, () -> call(Optional.empty()).equals("200"));
    assertThat(hold(agent, MINE, LONG).map(Refused::code)).contains(ErrorCode.ENDED);
  }

  @Test
  void aReleaseIsKnownToTheNextOne() throws Exception {
    ActorRef<NodeAgent.Command> before = leased(LONG);
    assertThat(release(before, A, MINE)).isEmpty();
    assertThat(keptHold().held()).as("on the disk when it is answered").isFalse();
    restarted(before);

    assertThat(call(Optional.empty())).isEqualTo("200");
    assertThat(call(Optional.of(MINE))).isEqualTo("410 ended retry=false");
  }

  @Test
  void sharesAreKeptFromOthersByTheNextOneAndHeldWhenItIsTold() throws Exception {
    runtimes.put(A, FakeRuntime.at(engine.base()));
    ActorRef<NodeAgent.Command> before = settled();
    assertThat(start(before, A).refused()).isEmpty();
    await(A, Phase.READY);
    assertThat(share(before, MINE, 1)).isEmpty();
    ActorRef<NodeAgent.Command> agent = restarted(before);

    assertThat(hosted.find(A).orElseThrow().gate().reserved()).isEqualTo(1);
    assertThat(call(Optional.empty())).isEqualTo("200");
    assertThat(call(Optional.of(MINE))).isEqualTo("503 model_not_ready retry=false");
    assertThat(share(agent, token("mine", 4), 1).map(Refused::code))
        .contains(ErrorCode.STALE_LEASE);
    assertThat(share(agent, MINE, 1)).isEmpty();

    assertThat(call(Optional.of(MINE))).isEqualTo("200");
    assertThat(release(agent, A, MINE)).isEmpty();
    assertThat(hosted.find(A).orElseThrow().gate().reserved()).isZero();
    assertThat(call(Optional.of(MINE))).isEqualTo("409 stale_lease retry=false");
  }

  @Test
  void aLeaseThatCannotBeReadKeepsItsInstanceFromBeingTakenUp() throws Exception {
    ActorRef<NodeAgent.Command> before = leased(LONG);
    kit.stop(before, LIMIT);
    Files.writeString(data.resolve("instances/a-1/lease.json"), "{\"held\":tr");

    assertThat(folders().read()).isEmpty();
    assertThat(folders().strays()).hasSize(1).allMatch(stray -> stray.damage().isPresent());
  }

  private KeptHold keptHold() {
    try {
      return folders().read().get(0).hold().orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
