package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed over and over does not fill the machine's temporary folder. */
class LeftFilesTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String OPEN = "open ";

  @TempDir Path folder;

  /** A process that has both ends of the byte path. */
  static final class Node {
    private Node() {}

    public static void main(String[] arguments) {
      Orders orders = Orders.open();
      Config config = ConfigFactory.load();
      new Front(new Hosted(), FrontSettings.from(config), FrontMetrics.NONE);
      new RemotePorts(FrontClientSettings.from(config), "key", Optional.empty(), Optional.empty());
      System.out.println(OPEN + "both");
      orders.await();
    }
  }

  @Test
  void aKillLeavesNothingThere() throws IOException {
    try (ChildJvm node = new ChildJvm(Node.class, folder, List.of("-Xmx64m"), List.of())) {
      Eventually.isTrue("it is open", LIMIT, () -> node.last(OPEN).isPresent());

      node.kill();
    }

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("log"));
    }
  }
}
