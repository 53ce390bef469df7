package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The start of a fleet of one machine. */
@Timeout(120)
final class AllInOneTest {

  @TempDir private Path data;

  @Test
  void tellsTheAdministratorsKeyBeforeTheDemosCanFail() {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data", data.toString(),
                    "remuda.gateway.port", FreePort.next(),
                    "remuda.gateway.auth", true)));
    List<String> keys = new CopyOnWriteArrayList<>();
    try (NodeHome home = NodeHome.open(config);
        AllInOne all =
            AllInOne.start(
                home,
                config,
                sentence -> {
                  throw new StartRefused("a demo failed");
                })) {
      assertThatThrownBy(() -> all.awaitReady(keys::add))
          .isInstanceOf(StartRefused.class)
          .hasMessage("a demo failed");

      assertThat(keys).singleElement().asString().startsWith("rmd_admin_");
    }
  }
}
