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

  /** So often the resolver looks whether its time has come; no setting of Akka's. */
  private static final Duration RESOLVER_LOOKS = Duration.ofSeconds(1);

  /** A pause of any node that must harm nobody. */
  private static final Duration PROMISED_PAUSE = Duration.ofMillis(2_500);

  /** So long after a registry node's death its names may take no changes. */
  private static final Duration PROMISED_CHANGES = Duration.ofSeconds(15);

  private final Duration heartbeat = CONFIG.getDuration("failure-detector.heartbeat-interval");
  private final Duration look = CONFIG.getDuration("unreachable-nodes-reaper-interval");
  private final Duration patience =
      CONFIG.getDuration("failure-detector.acceptable-heartbeat-pause");
  private final Duration gossip = CONFIG.getDuration("gossip-interval");
  private final Duration stable = CONFIG.getDuration("split-brain-resolver.stable-after");
  private final Duration margin = CONFIG.getDuration("down-removal-margin");

  /**
   * The plain case only: a link breaks, and neither side sees anything change after it. Where one
   * does it waits anew, and a name may have two owners for a while; the journal, which takes each
   * number once, makes that harmless.
   */
  @Test
  void afterAPlainBreakNamesStartElsewhereWhenTheirOldHomeHasFoundOut() {
    assertThat(margin).isGreaterThanOrEqualTo(heartbeat.plus(look).plus(RESOLVER_LOOKS));
  }

  /** The resolver's patience is for those who may be alive; names need not wait for it twice. */
  @Test
  void namesDoNotWaitForTheResolverOnceMore() {
    assertThat(margin).isLessThan(stable);
  }

  @Test
  void aPauseThatHarmsNobodyIsOverBeforeAnybodyIsVotedOut() {
    Duration seenAgain = PROMISED_PAUSE.plus(heartbeat).plus(look).plus(gossip);

    assertThat(patience.plus(stable)).isGreaterThan(seenAgain);
  }

  /** From a registry node's death, for who asks again until its names live elsewhere. */
  @Test
  void theNamesOfADeadRegistryNodeTakeChangesInThePromisedTime() {
    Duration missed = heartbeat.plus(patience).plus(look);
    Duration votedOut = stable.plus(RESOLVER_LOOKS);
    // The vote is told, the leader looks, and its removal is told.
    Duration removed = gossip.multipliedBy(2).plus(CONFIG.getDuration("leader-actions-interval"));
    Duration found = CONFIG.getDuration("sharding.retry-interval").multipliedBy(2);

    assertThat(missed.plus(votedOut).plus(removed).plus(margin).plus(found))
        .isLessThan(PROMISED_CHANGES);
  }

  /** What is not pushed is looked for by gossip, which tells one node at a time, and then shown. */
  @Test
  void oneGossipOfRoutesAndItsNoticeTakeHalfASecondAndThoseOfWhoIsThereOne() {
    assertThat(gossipAndNotice("distributed-data")).isLessThan(Duration.ofMillis(500));
    assertThat(gossipAndNotice("typed.receptionist.distributed-data"))
        .isLessThan(Duration.ofSeconds(1));
  }

  /** Each look of each table wakes a thread of each node, and each gossip one of another node. */
  @Test
  void tablesThatNobodyWaitsForLookMoreRarelyThanThatOfRoutes() {
    Duration routes = CONFIG.getDuration("distributed-data.gossip-interval");

    assertThat(CONFIG.getDuration("typed.receptionist.distributed-data.gossip-interval"))
        .isGreaterThan(routes);
    assertThat(CONFIG.getDuration("sharding.distributed-data.gossip-interval"))
        .isGreaterThan(routes);
    assertThat(CONFIG.getBoolean("sharding.distributed-data.delta-crdt.enabled")).isFalse();
    assertThat(CONFIG.getInt("sharding.distributed-data.majority-min-cap")).isEqualTo(1);
  }

  private static Duration gossipAndNotice(String table) {
    return CONFIG
        .getDuration(table + ".gossip-interval")
        .plus(CONFIG.getDuration(table + ".notify-subscribers-interval"));
  }
}
