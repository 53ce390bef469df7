package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StrictConfig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the waits of the cluster's parts must stand to one another, whatever they are. */
class ClusterTimesTest {

  private static final Config CONFIG =
      StrictConfig.load(Optional.empty(), ConfigFactory.empty()).getConfig("akka.cluster");
  private static final Config OURS =
      StrictConfig.load(Optional.empty(), ConfigFactory.empty()).getConfig("remuda.cluster");

  /** So often the resolver looks whether its time has come; no setting of Akka's. */
  private static final Duration RESOLVER_LOOKS = Duration.ofSeconds(1);

  /** A pause of any node that must harm nobody. */
  private static final Duration PROMISED_PAUSE = Duration.ofMillis(2_500);

  private final Duration heartbeat = CONFIG.getDuration("failure-detector.heartbeat-interval");
  private final Duration look = CONFIG.getDuration("unreachable-nodes-reaper-interval");
  private final Duration patience =
      CONFIG.getDuration("failure-detector.acceptable-heartbeat-pause");
  private final Duration stable = CONFIG.getDuration("split-brain-resolver.stable-after");
  private final Duration margin = CONFIG.getDuration("down-removal-margin");

  /** Both sides of a broken network wait for as long; so far apart they begin and look at most. */
  @Test
  void namesStartElsewhereWhenTheirOldHomeHasFoundOutThatItIsOut() {
    assertThat(margin).isGreaterThanOrEqualTo(heartbeat.plus(look).plus(RESOLVER_LOOKS));
  }

  /** The resolver's patience is for those who may be alive; names need not wait for it twice. */
  @Test
  void namesDoNotWaitForTheResolverOnceMore() {
    assertThat(margin).isLessThan(stable);
  }

  @Test
  void aPauseThatHarmsNobodyIsOverBeforeAnybodyIsVotedOut() {
    Duration seenAgain =
        PROMISED_PAUSE.plus(heartbeat).plus(look).plus(CONFIG.getDuration("gossip-interval"));

    assertThat(patience.plus(stable)).isGreaterThan(seenAgain);
  }

  @Test
  void aDeadNodeIsGivenUpBeforeASilentOne() {
    Duration asked =
        OURS.getDuration("second-opinion-interval").plus(OURS.getDuration("second-opinion-limit"));

    assertThat(asked).isLessThan(stable);
  }

  /** Then it would be the kernel of the one who asks that gave up, not the host that refused. */
  @Test
  void aHostIsNotWaitedForUntilTheKernelGivesUp() {
    assertThat(OURS.getDuration("second-opinion-limit")).isLessThan(Duration.ofSeconds(1));
  }
}
