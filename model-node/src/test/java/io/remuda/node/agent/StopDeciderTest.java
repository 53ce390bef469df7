package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.NodeProtocol.StopReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StopDeciderTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final TestProbe<StopReply> CALLER = KIT.createTestProbe();
  private static final JournalId OURS = new JournalId("ours");
  private static final InstanceId ID = InstanceId.of("chat-7");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final long INCARNATION = 40;

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static StopInstance stop(long epoch) {
    return new StopInstance(ID, epoch, OURS, Duration.ZERO, CALLER.getRef());
  }

  private static StopDecider.Outcome decide(AgentState state, boolean here, long epoch) {
    return StopDecider.decide(state, id -> here, INCARNATION, NOW, stop(epoch));
  }

  private static AgentState seen(long epoch) {
    return AgentState.fresh(Optional.of(OURS), Map.of()).seen(ID, epoch, OURS);
  }

  @Test
  void oneThatIsHereIsStoppedAndItsTombstoneComesWithItsEnd() {
    StopDecider.Outcome outcome = decide(seen(7), true, 9);

    assertThat(outcome.refused()).isEmpty();
    assertThat(outcome.here()).isTrue();
    assertThat(outcome.state().epochs()).containsEntry(ID, 9L);
    assertThat(outcome.state().tombstones()).isEmpty();
    assertThat(StopDecider.over(outcome.state(), ID, 52, NOW).tombstones())
        .containsEntry(ID, new Tombstone(9, 53, NOW));
  }

  @Test
  void oneThatIsNotHereIsKeptFromComing() {
    StopDecider.Outcome outcome = decide(seen(7), false, 9);

    assertThat(outcome.here()).isFalse();
    assertThat(outcome.state().tombstones()).containsEntry(ID, new Tombstone(9, INCARNATION, NOW));
  }

  @Test
  void theWordOfOneThatHasEndedStays() {
    AgentState ended = StopDecider.over(seen(7), ID, 52, NOW.minusSeconds(60));

    StopDecider.Outcome outcome = decide(ended, false, 9);

    assertThat(outcome.refused()).isEmpty();
    assertThat(outcome.state().tombstones()).isEqualTo(ended.tombstones());
  }

  @Test
  void anOrderFromBeforeALaterOneChangesNothing() {
    AgentState state = seen(9);

    StopDecider.Outcome outcome = decide(state, true, 8);

    assertThat(outcome.refused().map(Refused::code)).contains(ErrorCode.STALE_EPOCH);
    assertThat(outcome.here()).isFalse();
    assertThat(outcome.state()).isSameAs(state);
  }
}
