package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a node's life in a process ends. */
@Timeout(30)
final class RunningNodeTest {

  @TempDir private Path data;

  @Test
  void closesTheNodeOnceAndThenItsDataDirectory() {
    AtomicInteger closed = new AtomicInteger();
    RunningNode running = start("10s", closed::incrementAndGet);

    running.close();
    running.close();
    running.await();

    assertThat(closed).hasValue(1);
    assertThat(data.resolve("run.json")).doesNotExist();
    start("10s", closed::incrementAndGet).close();
  }

  @Test
  void givesUpOnANodeThatDoesNotEnd() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);

    start("100ms", never::await).close();

    assertThat(data.resolve("run.json")).doesNotExist();
  }

  @Test
  void endsAlsoWhenTheNodeFailsToClose() {
    start(
            "10s",
            () -> {
              throw new IllegalStateException("a test's own failure");
            })
        .close();

    assertThat(data.resolve("run.json")).doesNotExist();
  }

  @Test
  void writesItsLogToTheDataDirectory() {
    Config config = StrictConfig.load(Optional.empty(), ConfigFactory.empty());

    NodeLogs.start(data, config);

    assertThat(Files.exists(data.resolve("logs/remuda.log"))).isTrue();
  }

  private RunningNode start(String limit, AutoCloseable node) {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data", data.toString(), "remuda.launch.shutdown-limit", limit)));
    NodeHome home = NodeHome.open(config);
    home.writeRun(Map.of("ready", true));
    return RunningNode.of(home, config, node, false);
  }
}
