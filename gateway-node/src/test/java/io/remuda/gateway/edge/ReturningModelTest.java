package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of clients that say nothing of waiting, for a model that gives its place to another. */
class ReturningModelTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final HeldStage stage = new HeldStage();
  private final InferenceHandler handler = stage.handler("leaving-wait = 10m");

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void areHeldWhereTheyMayBringItBack() {
    stage.listed(DeploymentPhase.PENDING, 0, true);
    stage.start(handler);
    assertThat(said()).isEmpty();

    stage.route(Phase.READY);
    stage.answerAll();

    assertThat(said()).containsExactly("200", "{}");
  }

  @Test
  void areToldAtOnceWhereTheyBringNothing() {
    stage.listed(DeploymentPhase.PENDING, 0, false);

    stage.start(handler);

    assertThat(said()).first().isEqualTo("503");
  }

  @Test
  void areHeldWhileTheLastInstanceGoesUntilTheRegistryHasSpoken() {
    stage.listed(DeploymentPhase.READY, 1, false);
    stage.route(Phase.DRAINING);
    stage.start(handler);
    assertThat(said()).isEmpty();

    stage.listed(DeploymentPhase.STOPPED, 0, false);

    assertThat(said()).first().isEqualTo("503");
  }

  @Test
  void areHeldOnWhereTheRegistryThenSaysThatItReturns() {
    Duration wait = Duration.ofMillis(50);
    InferenceHandler brief = leavesAndReturns(wait);
    while (stage.clients.isEmpty()) {
      wait = wait.multipliedBy(2);
      brief = leavesAndReturns(wait);
    }

    stage.start(brief, wait.multipliedBy(4));
    Eventually.isTrue("the later one's time is over", SOON, () -> !said(1).isEmpty());
    assertThat(said()).isEmpty();
    stage.route(Phase.READY);
    stage.answerAll();

    assertThat(said()).containsExactly("200", "{}");
  }

  /**
   * One client, held for {@code wait} while the last instance goes, and the registry's word in that
   * time; no client where the machine took longer for that.
   */
  private InferenceHandler leavesAndReturns(Duration wait) {
    InferenceHandler brief =
        stage.handler("leaving-wait = %dms, wake-wait = 10m".formatted(wait.toMillis()));
    stage.listed(DeploymentPhase.READY, 1, false);
    stage.route(Phase.DRAINING);
    long began = System.nanoTime();
    stage.start(brief);
    stage.listed(DeploymentPhase.PENDING, 0, true);
    if (System.nanoTime() - began >= wait.toNanos()) {
      stage.clients.clear();
    }
    return brief;
  }

  @Test
  void areRefusedWhenNothingIsSaidForLong() {
    InferenceHandler brief = stage.handler("leaving-wait = 20ms");
    stage.listed(DeploymentPhase.READY, 1, false);
    stage.route(Phase.DRAINING);

    stage.start(brief);

    Eventually.isTrue("it is refused", SOON, () -> !said().isEmpty());
    assertThat(said()).first().isEqualTo("503");
  }

  @Test
  void areToldAtOnceOfAnEngineThatIsStartedAgain() {
    stage.listed(DeploymentPhase.READY, 1, false);
    stage.route(Phase.BACKOFF);

    stage.start(handler);

    assertThat(said()).first().isEqualTo("503");
  }

  private List<String> said() {
    return said(0);
  }

  private List<String> said(int client) {
    return stage.clients.get(client).said;
  }
}
