package io.remuda.protocol.cluster;

import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.TestNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A registry node in a process of its own: its contact endpoint, the address of its actors, its
 * data, then all contacts, or {@link #BY_NAME} and the name that three of them have.
 */
final class RegistryProcess {

  /** Tells a launcher to start it again. */
  static final int ENDED = 75;

  static final String BY_NAME = "name=";

  private RegistryProcess() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<String> meeting = Arrays.asList(arguments).subList(3, arguments.length);
    Map<String, Object> settings = new HashMap<>();
    settings.put("remuda.node.roles", List.of("registry"));
    settings.put("remuda.node.bind", arguments[0]);
    settings.put("remuda.node.advertised-host", contact(arguments[1]).host());
    settings.put("remuda.node.artery-port", contact(arguments[1]).port());
    settings.put("remuda.node.data", arguments[2]);
    // As patient as a fleet: processes that start together are not run in step.
    settings.put("remuda.cluster.stable-margin", "2s");
    settings.put("remuda.cluster.probe-interval", "500ms");
    settings.put("akka.cluster.split-brain-resolver.stable-after", "5s");
    if (meeting.get(0).startsWith(BY_NAME)) {
      settings.put("remuda.cluster.seed-name", meeting.get(0).substring(BY_NAME.length()));
      settings.put("remuda.cluster.registry-nodes", 3);
    } else {
      settings.put("remuda.cluster.seeds", meeting);
    }
    Config config = TestNode.config(settings);
    CountDownLatch ended = new CountDownLatch(1);
    ClusterHost host =
        ClusterHost.startOnce(
            NodeSettings.from(config), config, Behaviors::empty, ended::countDown);
    host.joined().thenRun(() -> System.out.println("up"));
    ended.await();
    Runtime.getRuntime().halt(ENDED);
  }

  private static HostPort contact(String raw) {
    return HostPort.parse(raw).orElseThrow();
  }
}
