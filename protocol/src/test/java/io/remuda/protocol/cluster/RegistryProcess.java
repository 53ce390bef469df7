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

/**
 * A registry node in a process of its own: its contact endpoint, the address of its actors, its
 * data, then all contacts.
 */
final class RegistryProcess {

  /** Tells a launcher to start it again. */
  static final int ENDED = 75;

  private RegistryProcess() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<HostPort> contacts =
        Arrays.stream(arguments).skip(3).map(RegistryProcess::contact).toList();
    // As patient as a fleet: processes that start together are not run in step.
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.artery-port", contact(arguments[1]).port(),
                "remuda.node.data", arguments[2],
                "remuda.cluster.stable-margin", "2s",
                "remuda.cluster.probe-interval", "500ms",
                "akka.cluster.split-brain-resolver.stable-after", "5s"));
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
