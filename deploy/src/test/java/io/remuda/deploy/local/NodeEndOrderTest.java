package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** In which order the parts of one node end, by what it says of it. Its registry is away. */
@Timeout(240)
final class NodeEndOrderTest {

  @TempDir private Path data;

  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.remuda");
  private final AppenderBase<ILoggingEvent> listening =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          said.add(event.getFormattedMessage());
        }
      };
  private Level before;

  @BeforeEach
  void listen() {
    before = logger.getLevel();
    logger.setLevel(Level.INFO);
    listening.start();
    logger.addAppender(listening);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(listening);
    logger.setLevel(before);
  }

  @Test
  void aGatewayClosesItsDoorBeforeItLeavesTheFleetAndItsStoresAfterwards() throws Exception {
    startAndClose("gateway");

    assertThat(ended("gateway")).containsSubsequence("edge", "api", "cluster", "tasks", "fronts");
  }

  @Test
  void aMachineEndsItsInstancesBeforeItLeavesTheFleetAndItsDoorAfterwards() throws Exception {
    startAndClose("model");

    assertThat(ended("model")).containsExactly("instances", "cluster", "front", "actors");
  }

  private void startAndClose(String role) throws Exception {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.gateway.port",
                    0,
                    "remuda.cluster.seeds",
                    List.of("127.0.0.1:" + FreePort.next()))));
    try (NodeHome home = NodeHome.open(config);
        SingleNode node = SingleNode.start(role, home, config, key -> {}, why -> {})) {
      assertThat(node.address()).isNotEmpty();
    }
  }

  private List<String> ended(String node) {
    String mark = "event=part-ended node=" + node + " part=";
    return said.stream()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(mark.length()).replaceFirst(" .*", ""))
        .toList();
  }
}
