package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * With the settings that hold when nobody sets any there is time for each step of a node's end,
 * though a stream stays open for all of the drain and no registry node says goodbye.
 */
final class EndLimitsTest {

  private static final Duration STORES = Duration.ofSeconds(10);

  private final Config defaults = ConfigFactory.load();
  private final Duration limit = of("remuda.launch.shutdown-limit");

  @Test
  void aGatewayStillLeavesAndClosesItsStores() {
    assertThat(requests().plus(leaving()).plus(STORES)).isLessThanOrEqualTo(limit);
    assertThat(of("remuda.gateway.stop-timeout"))
        .as("no step of it is cut short")
        .isGreaterThan(of("remuda.gateway.edge-limits.drain-timeout"))
        .isGreaterThanOrEqualTo(leaving());
  }

  @Test
  void aMachineStillLeaves() {
    assertThat(of("remuda.node.shutdown-limit")).isLessThanOrEqualTo(limit);
  }

  @Test
  void aFleetInOneProcessStillLeaves() {
    assertThat(requests().plus(STORES).plus(of("remuda.node.shutdown-limit")).plus(leaving()))
        .isLessThanOrEqualTo(limit);
  }

  @Test
  void downWaitsForAllOfIt() {
    String timeout =
        new CommandLine(new DownVerb()).getCommandSpec().findOption("--timeout").defaultValue();

    assertThat(Durations.parse(timeout)).isGreaterThan(limit);
  }

  /** A stream of the public port, then one of the API's own and what is under way there. */
  private Duration requests() {
    Duration api = of("remuda.gateway.http.shutdown-timeout");
    return Stream.of(of("remuda.gateway.edge-limits.drain-timeout"), api, api)
        .reduce(Duration.ZERO, Duration::plus);
  }

  private Duration leaving() {
    return of("remuda.cluster.leave-timeout").plus(of("remuda.cluster.terminate-timeout"));
  }

  private Duration of(String path) {
    return defaults.getDuration(path);
  }
}
