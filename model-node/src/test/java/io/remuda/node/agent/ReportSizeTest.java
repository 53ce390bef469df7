package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** That what a machine says of itself fits into a message, however much went wrong there. */
class ReportSizeTest extends AgentFixture {
  private static final int MANY = 40;

  @Test
  void reasonsOfManyFailedInstancesFitIntoOneReport() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    for (int number = 1; number <= MANY; number++) {
      InstanceId id = InstanceId.of("bad-" + number);
      FakeRuntime runtime = FakeRuntime.slow();
      runtime.refuse(
          Refused.of(ErrorCode.ENGINE_FAILED, "broken\n" + "a line\n".repeat(900)), true);
      runtimes.put(id, runtime);
      start(agent, id, "fake", Resources.NONE);
    }

    List<InstanceReport> all =
        Eventually.find(
            "all have failed",
            LIMIT,
            () ->
                Optional.of(published().report().instances())
                    .filter(
                        some ->
                            some.size() == MANY
                                && some.stream().allMatch(one -> one.phase() == Phase.FAILED)));

    int bytes = all.stream().mapToInt(one -> one.reason().orElseThrow().length()).sum();
    assertThat(bytes).isBetween(10_000, 64_000);
    assertThat(all).allMatch(one -> one.reason().orElseThrow().contains("broken"));
    int ofTrouble =
        all.stream()
            .mapToInt(one -> one.trouble().orElseThrow().lastEnd().orElseThrow().words().length())
            .sum();
    assertThat(ofTrouble).isBetween(1_000, 24_000);
  }
}
