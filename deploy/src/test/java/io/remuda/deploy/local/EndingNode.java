package io.remuda.deploy.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A process with a node that drains until it is hastened; says on stdout how far it is. */
final class EndingNode {

  private EndingNode() {}

  /**
   * @param arguments the data directory
   */
  public static void main(String[] arguments) {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of("remuda.node.data", arguments[0], "remuda.launch.shutdown-limit", "10m")));
    NodeHome home = NodeHome.open(config);
    home.writeRun(Map.of("ready", true));
    CountDownLatch hastened = new CountDownLatch(1);
    RunningNode running =
        RunningNode.of(
            home,
            config,
            () -> {
              System.out.println("draining");
              hastened.await();
              System.out.println("hastened");
            },
            hastened::countDown);
    System.out.println("up");
    running.await();
  }
}
