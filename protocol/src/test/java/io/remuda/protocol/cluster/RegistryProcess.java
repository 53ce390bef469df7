package io.remuda.protocol.cluster;

import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.TestNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A registry node in a process of its own: its contact endpoint, its data, then all contacts. */
final class RegistryProcess {

  /** Tells a launcher to start it again. */
  static final int ENDED = 75;

  private RegistryProcess() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<HostPort> contacts =
        Arrays.stream(arguments).skip(2).map(RegistryProcess::contact).toList();
    Config config = TestNode.config(Map.of("remuda.node.data", arguments[1]));
    NodeSettings settings =
        NodeSettings.from(config)
            .withRoles(Set.of("registry"))
            .withBind(contact(arguments[0]))
            .withSeeds(contacts);
    CountDownLatch ended = new CountDownLatch(1);
    ClusterHost host = ClusterHost.startOnce(settings, config, Behaviors::empty, ended::countDown);
    host.joined().thenRun(() -> System.out.println("up"));
    ended.await();
    Runtime.getRuntime().halt(ENDED);
  }

  private static HostPort contact(String raw) {
    return HostPort.parse(raw).orElseThrow();
  }
}
