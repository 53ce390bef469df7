package io.remuda.node.external;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * {@code remuda.node.workers} of the configuration.
 *
 * @param pingInterval how often a worker is asked to say that it is there
 * @param suspectAfter without a word, after which it gets no calls
 * @param lostAfter without a word, after which it is forgotten
 * @param joinLimit for the registry's answer to a joining worker
 * @param most workers of one machine
 * @param hosts beyond loopback at which workers of this machine may answer
 */
public record WorkerSettings(
    Duration pingInterval,
    Duration suspectAfter,
    Duration lostAfter,
    Duration joinLimit,
    int most,
    List<String> hosts) {

  public WorkerSettings {
    hosts = List.copyOf(hosts);
  }

  public static WorkerSettings from(Config root) {
    Config config = root.getConfig("remuda.node.workers");
    return new WorkerSettings(
        config.getDuration("ping-interval"),
        config.getDuration("suspect-after"),
        config.getDuration("lost-after"),
        config.getDuration("join-limit"),
        config.getInt("most"),
        config.getStringList("hosts"));
  }
}
