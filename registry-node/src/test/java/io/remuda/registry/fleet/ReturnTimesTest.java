package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How the waits of a machine and those of the registry must stand to one another. */
class ReturnTimesTest {

  /** The resolver looks so often whether its time has come; no setting of Akka's. */
  private static final Duration RESOLVER_LOOKS = Duration.ofSeconds(1);

  private final Config config = ViewWorld.CONFIG;

  /** Its network is back by then, and its old actor system takes as long as it may to end. */
  @Test
  void aMachineThatWasCutOffIsBackBeforeItIsGivenUp() {
    Duration out =
        config
            .getDuration("akka.cluster.failure-detector.acceptable-heartbeat-pause")
            .plus(config.getDuration("akka.cluster.failure-detector.heartbeat-interval"))
            .plus(config.getDuration("akka.cluster.unreachable-nodes-reaper-interval"))
            .plus(config.getDuration("akka.cluster.split-brain-resolver.stable-after"))
            .plus(RESOLVER_LOOKS);
    Duration built =
        config
            .getDuration("remuda.cluster.terminate-timeout")
            .plus(config.getDuration("remuda.cluster.rebuild-min-backoff"));
    Duration joined =
        config
            .getDuration("remuda.cluster.probe-timeout")
            .plus(config.getDuration("remuda.cluster.probe-interval"));

    assertThat(out.plus(built).plus(joined))
        .isLessThan(config.getDuration("remuda.liveness.lost-after"));
  }

  /** Or it would go on for names that live elsewhere by then. */
  @Test
  void aRegistryNodeThatWasNotRunEndsBeforeItsNamesLiveElsewhere() {
    Duration elsewhere =
        config
            .getDuration("akka.cluster.failure-detector.acceptable-heartbeat-pause")
            .plus(config.getDuration("akka.cluster.split-brain-resolver.stable-after"))
            .plus(config.getDuration("akka.cluster.down-removal-margin"));

    assertThat(config.getDuration("remuda.registry.pause-limit")).isLessThan(elsewhere);
  }
}
