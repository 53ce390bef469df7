package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.node.instance.Admission;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** In which order a machine goes that is told to. */
class LeavingTest extends AgentFixture {

  @Test
  void routesAreWithdrawnBeforeAnyEngineIsToldToEnd() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A, "fake", Resources.NONE);
    start(agent, B, "fake", Resources.NONE);
    await(A, Phase.READY);
    await(B, Phase.READY);
    // A request under way, which the engine is left to finish.
    Admission.Granted inFlight =
        (Admission.Granted) hosted.find(A).orElseThrow().gate().acquire(later -> {});
    TestProbe<Done> done = kit.createTestProbe();

    agent.tell(new NodeAgent.EndAll(Duration.ofHours(1), done.getRef()));

    Eventually.find(
        "no route takes work",
        LIMIT,
        () ->
            Optional.of(published().routes())
                .filter(routes -> routes.stream().noneMatch(LeavingTest::takesWork)));
    assertThat(engines(A))
        .extracting(engine -> engine.endedWith)
        .isEqualTo(List.of(Optional.empty()));
    inFlight.permit().release();
    done.receiveMessage(LIMIT);
    assertThat(engines(A))
        .extracting(engine -> engine.endedWith)
        .isNotEqualTo(List.of(Optional.empty()));
  }

  private static boolean takesWork(Route route) {
    return route.phase().takesWork();
  }
}
