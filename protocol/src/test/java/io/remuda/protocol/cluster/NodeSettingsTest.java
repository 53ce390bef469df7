package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.config.StrictConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeSettingsTest {

  @Test
  void defaultsAreAQuietNodeOnLoopback() {
    NodeSettings settings = NodeSettings.from(config(Map.of()));

    assertThat(settings)
        .isEqualTo(
            new NodeSettings(
                Set.of(),
                "remuda",
                new HostPort("127.0.0.1", 0),
                List.of(),
                Optional.empty(),
                0,
                false,
                "127.0.0.1",
                0,
                Path.of(".remuda").toAbsolutePath()));
  }

  @Test
  void everyKeyIsRead() {
    NodeSettings settings =
        NodeSettings.from(
            config(
                Map.of(
                    "remuda.node.roles",
                    List.of("model"),
                    "remuda.cluster.name",
                    "lab",
                    "remuda.node.bind",
                    "10.0.0.1:2551",
                    "remuda.cluster.seeds",
                    List.of("10.0.0.2:2551", "10.0.0.2:2551"),
                    "remuda.cluster.seed-name",
                    "registries.lab:2551",
                    "remuda.cluster.registry-nodes",
                    3,
                    "remuda.cluster.form",
                    true,
                    "remuda.node.advertised-host",
                    "gpu-01",
                    "remuda.node.artery-port",
                    25520,
                    "remuda.node.data",
                    "/data/../data/remuda")));

    assertThat(settings)
        .isEqualTo(
            new NodeSettings(
                Set.of("model"),
                "lab",
                new HostPort("10.0.0.1", 2551),
                List.of(new HostPort("10.0.0.2", 2551)),
                Optional.of(new HostPort("registries.lab", 2551)),
                3,
                true,
                "gpu-01",
                25520,
                Path.of("/data/remuda")));
    assertThat(settings.contact()).isEqualTo(new HostPort("gpu-01", 2551));
    assertThat(settings.hasRole("model")).isTrue();
  }

  @Test
  void badValuesAreRefused() {
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of("remuda.node.bind", "nowhere"),
            Map.of("remuda.cluster.seeds", List.of("a:1", "b")),
            Map.of("remuda.cluster.name", "two words"),
            Map.of("remuda.node.roles", List.of("model", "king")),
            Map.of("remuda.cluster.seed-name", "registries.lab"),
            Map.of("remuda.cluster.seed-name", "a:1", "remuda.node.roles", List.of("registry")),
            Map.of(
                "remuda.cluster.registry-nodes", 1, "remuda.cluster.seeds", List.of("a:1", "b:1")),
            Map.of("remuda.node.artery-port", 70000))) {
      assertThatThrownBy(() -> NodeSettings.from(config(bad)))
          .isInstanceOf(StartRefused.class)
          .satisfies(
              refused ->
                  assertThat(bad.keySet())
                      .anyMatch(key -> String.valueOf(refused.getMessage()).contains(key)));
    }
  }

  private static Config config(Map<String, ?> values) {
    return StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(values));
  }
}
