package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Until a machine says that it is settled, each of its reports makes the registry tell it its state
 * once more. If each of those made a report in turn, the two would do nothing else.
 */
class StateToldAgainTest extends AgentFixture {

  private static final int TIMES = 500;

  @Test
  void isAnsweredEachTimeAndNotReportedEachTime() throws IOException {
    ActorRef<NodeAgent.Command> agent = spawn(List.of(), false);
    setState(agent, 1, false);
    TestProbe<NodeProtocol.MachineStateSet> answers = kit.createTestProbe();

    for (int i = 0; i < TIMES; i++) {
      agent.tell(
          new NodeAgent.Obey(
              new NodeProtocol.SetMachineState(
                  JOURNAL, 1, false, Map.of("rack", "7"), Set.of(), answers.getRef())));
    }

    for (int i = 0; i < TIMES; i++) {
      assertThat(answers.receiveMessage(LIMIT).refused()).isEmpty();
    }
    // Told last, so that everything before it has been published when it is.
    setState(agent, 2, true);
    int reports = 1;
    while (!published().report().cordoned()) {
      reports++;
    }
    // The clock has its report each second, whatever is told.
    assertThat(reports).isLessThan(TIMES / 2);
  }
}
