package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AgentStateTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final JournalId OURS = new JournalId("ours");
  private static final InstanceId ID = InstanceId.of("chat-7");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static NodeProtocol.StartInstance start(long epoch, JournalId journal) {
    TestProbe<NodeProtocol.StartReply> probe = KIT.createTestProbe();
    return new NodeProtocol.StartInstance(
        ID,
        epoch,
        journal,
        ModelSpec.of(new ModelName("chat"), "command", Optional.of("x")),
        Resources.NONE,
        0,
        Optional.empty(),
        probe.getRef());
  }

  private static NodeProtocol.SetMachineState machineState(long version, boolean cordoned) {
    TestProbe<NodeProtocol.MachineStateSet> probe = KIT.createTestProbe();
    return new NodeProtocol.SetMachineState(
        OURS, version, cordoned, Map.of(), Set.of(), probe.getRef());
  }

  private static AgentState settled() {
    return AgentState.fresh(Optional.empty(), Map.of()).with(machineState(3, false));
  }

  private static Optional<ErrorCode> code(Optional<Refused> refused) {
    return refused.map(Refused::code);
  }

  @Test
  void takesNothingNewUntilItKnowsItsState() {
    AgentState fresh = AgentState.fresh(Optional.of(OURS), Map.of());

    assertThat(code(fresh.objectionTo(start(7, OURS), id -> false))).contains(ErrorCode.CORDONED);
    assertThat(fresh.objectionTo(start(7, OURS), id -> true)).isEmpty();
    assertThat(settled().objectionTo(start(7, OURS), id -> false)).isEmpty();
  }

  @Test
  void takesNothingNewWhileCordoned() {
    AgentState cordoned = settled().with(machineState(4, true));

    assertThat(code(cordoned.objectionTo(start(7, OURS), id -> false)))
        .contains(ErrorCode.CORDONED);
  }

  @Test
  void obeysOneJournalOnly() {
    assertThat(code(settled().objectionTo(start(7, new JournalId("other")), id -> true)))
        .contains(ErrorCode.WRONG_JOURNAL);
  }

  @Test
  void refusesAnEpochBelowTheHighestSeen() {
    AgentState seen = settled().seen(ID, 9, OURS);

    assertThat(code(seen.objectionTo(start(8, OURS), id -> true))).contains(ErrorCode.STALE_EPOCH);
    assertThat(seen.objectionTo(start(9, OURS), id -> true)).isEmpty();
  }

  @Test
  void anEndedInstanceNeverComesBack() {
    AgentState ended = settled().ended(ID, new Tombstone(7, 1, NOW));

    assertThat(code(ended.objectionTo(start(8, OURS), id -> false))).contains(ErrorCode.ENDED);
    assertThat(ended.prune(NOW.plusSeconds(3599), Duration.ofHours(1))).isEqualTo(ended);
    assertThat(ended.prune(NOW.plusSeconds(3601), Duration.ofHours(1)).tombstones()).isEmpty();
  }

  @Test
  void anOlderMachineStateIsRefused() {
    assertThat(code(settled().objectionTo(machineState(2, true))))
        .contains(ErrorCode.STALE_VERSION);
    assertThat(settled().objectionTo(machineState(3, true))).isEmpty();
  }
}
