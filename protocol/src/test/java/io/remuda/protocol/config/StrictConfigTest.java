package io.remuda.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictConfigTest {

  private static final String DEFAULTS =
      """
      library.pool = 4
      remuda {
        node {
          bind = "127.0.0.1:0"
          timeout = 5s
          room = 64MiB
          slots = 4
          share = 0.5
          form = off
          # Free names.
          # type: map
          labels { }
          seeds = []
          # How long to wait.
          # type: duration or off
          patience = off
          # type: integer 1..10
          workers = 2
          # type: one of binpack, spread
          spread = binpack
          token = ${?TEST_TOKEN}
        }
        copy = ${remuda.node.bind}
        short = "here"
        short = ${?TEST_SHORT}
      }
      """;

  @TempDir Path folder;

  @Test
  void defaultsHoldWhenNothingElseIsSaid() {
    Config config = load("", Map.of());

    assertThat(config.getString("remuda.node.bind")).isEqualTo("127.0.0.1:0");
    assertThat(config.getDuration("remuda.node.timeout")).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.getInt("library.pool")).isEqualTo(4);
  }

  @Test
  void everyKeyCanBeSet() {
    Config config =
        load(
            """
            library.pool = 8
            remuda.node {
              bind = "10.0.0.1:1", timeout = 1 minute, room = 1GiB, slots = 8, share = 1
              form = on, labels { gpu = a100, "odd.name" = 1 }, seeds = ["a:1", "b:2"]
              patience = 3s, workers = 10, spread = spread
            }
            """,
            Map.of());

    assertThat(config.getDuration("remuda.node.timeout")).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.getBytes("remuda.node.room")).isEqualTo(1L << 30);
    assertThat(config.getObject("remuda.node.labels")).hasSize(2);
    assertThat(config.getStringList("remuda.node.seeds")).containsExactly("a:1", "b:2");
    assertThat(config.getString("remuda.copy"))
        .as("a default that follows another key")
        .isEqualTo("10.0.0.1:1");
    assertThat(config.getInt("library.pool")).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timeout = 5        | a time with its unit, such as 500ms, 10s or 5m",
        "timeout = 5 bananas| a time with its unit",
        "timeout = -5s      | a time with its unit",
        "room = 64          | a size with its unit, such as 64KiB or 2GiB",
        "room = 64 pounds   | a size with its unit",
        "slots = many       | a whole number",
        "slots = 1.5        | a whole number",
        "share = half       | a number",
        "form = perhaps     | on or off",
        "seeds = one        | a list, such as [a, b]",
        "bind = [a]         | text",
        "labels = 3         | a group of keys of your choice",
        "patience = later   | a time with its unit, such as 500ms, 10s or 5m or \"off\"",
        "workers = 11       | a whole number of 1..10",
        "spread = wide      | \"binpack\" or \"spread\"",
      })
  void badValuesAreRefusedWithTheirPlaceAndWhatIsAllowed(String line, String allowed) {
    String key = "remuda.node." + line.substring(0, line.indexOf(' '));

    assertThatThrownBy(() -> load("\n\nremuda.node." + line, Map.of()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("application.conf:3: " + key)
        .hasMessageContaining("write " + allowed);
  }

  @Test
  void unknownKeysAreRefusedAllAtOnceWithTheNearestKnownOne() {
    assertThatThrownBy(
            () ->
                load(
                    """
                    remuda.node.bnd = "127.0.0.1:1"
                    remuda {
                      node { timeuot = 3s }
                      nood.bind = x
                    }
                    remduda.node.bind = x
                    remuda.node = 3
                    """,
                    Map.of()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("application.conf:7: remuda.node is a group of keys: bind,");
    assertThatThrownBy(
            () ->
                load(
                    """
                    remuda.node.bnd = "127.0.0.1:1"
                    remuda {
                      node { timeuot = 3s }
                      nood.bind = x
                      something.else.altogether.long = 1
                    }
                    remduda.node.bind = x
                    """,
                    Map.of()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining(
            "application.conf:1: remuda.node.bnd is not a known key; did you mean remuda.node.bind?")
        .hasMessageContaining(
            "application.conf:3: remuda.node.timeuot is not a known key; did you mean"
                + " remuda.node.timeout?")
        .hasMessageContaining("remuda.nood is not a known key; did you mean remuda.node?")
        .hasMessageContaining("keys here: copy, node, short")
        .hasMessageContaining("application.conf:7: remduda is not a known key");
  }

  @Test
  void aFileThatIsNoConfigurationIsRefusedWithItsLine() {
    assertThatThrownBy(() -> load("remuda {\n  node { = }\n", Map.of()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("application.conf: 2");
    assertThatThrownBy(() -> load("remuda.node.bind = ${NOT_SET_ANYWHERE}", Map.of()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("NOT_SET_ANYWHERE");
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> StrictConfig.load(Optional.of(folder.resolve("none.conf"))))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("none.conf")
        .hasMessageContaining("--config FILE");
  }

  @Test
  void flagsWinOverTheEnvironmentAndTheEnvironmentOverTheFile() {
    String file = "remuda.node { bind = \"file:1\", slots = 5, timeout = 9s }\nremuda.short = file";
    Map<String, String> environment =
        Map.of(
            "REMUDA_NODE_BIND", "environment:1",
            "REMUDA_NODE_SLOTS", "6",
            "REMUDA_NODE_SEEDS", "a:1, b:2",
            "TEST_SHORT", "environment");

    Config config =
        StrictConfig.load(
            Optional.of(write(file)),
            ConfigFactory.parseMap(Map.of("remuda.node.bind", "flag:1")),
            environment,
            ConfigFactory.parseString(DEFAULTS));

    assertThat(config.getString("remuda.node.bind")).isEqualTo("flag:1");
    assertThat(config.getInt("remuda.node.slots")).isEqualTo(6);
    assertThat(config.getStringList("remuda.node.seeds")).isEqualTo(List.of("a:1", "b:2"));
    assertThat(config.getDuration("remuda.node.timeout")).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.getString("remuda.short")).isEqualTo("environment");
  }

  @Test
  void aBadEnvironmentVariableIsNamed() {
    assertThatThrownBy(() -> load("", Map.of("REMUDA_NODE_TIMEOUT", "soon")))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("environment variable REMUDA_NODE_TIMEOUT")
        .hasMessageContaining("remuda.node.timeout = \"soon\" is not allowed");
  }

  @Test
  void ourDefaultsWinOverThoseOfLibraries() {
    Config config = StrictConfig.load(Optional.empty());

    assertThat(config.getString("akka.cluster.split-brain-resolver.down-all-when-unstable"))
        .isEqualTo("off");
    assertThat(config.getBoolean("akka.actor.allow-java-serialization")).isFalse();
    assertThat(config.getBoolean("akka.coordinated-shutdown.exit-jvm")).isFalse();
  }

  private Config load(String text, Map<String, String> environment) {
    return StrictConfig.load(
        Optional.of(write(text)),
        ConfigFactory.empty(),
        environment,
        ConfigFactory.parseString(DEFAULTS));
  }

  private Path write(String text) {
    try {
      return Files.writeString(folder.resolve("application.conf"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
