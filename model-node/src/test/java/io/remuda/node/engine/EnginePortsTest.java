package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which ports engines are told to listen on. */
class EnginePortsTest {

  private static EngineSettings range(int lowest, int highest) {
    return EngineSettings.from(
        ConfigFactory.parseString(
                "remuda.node.engine { lowest-port = %d, highest-port = %d }"
                    .formatted(lowest, highest))
            .withFallback(ConfigFactory.load()));
  }

  @Test
  void theyLieBelowThoseThatTheSystemGivesAway() throws Exception {
    EngineSettings settings = EngineSettings.from(ConfigFactory.load());
    EnginePorts ports = new EnginePorts(settings);
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 32; i++) {
      assertThat(seen.add(ports.next())).as("each is another one").isTrue();
    }
    assertThat(seen)
        .allSatisfy(
            port -> assertThat(port).isBetween(settings.lowestPort(), settings.highestPort()));
    assertThat(settings.highestPort()).isLessThan(32_768);
  }

  @Test
  void noneThatSomebodyListensOnIsGiven() throws Exception {
    int taken = FreePort.next();
    try (ServerSocket listening = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      EnginePorts ports = new EnginePorts(range(listening.getLocalPort(), taken + 20));
      for (int i = 0; i < 100; i++) {
        assertThat(ports.next()).isNotEqualTo(taken);
      }
    }
  }

  @Test
  void saysThatNoneIsFreeAndWhichSettingHelps() throws Exception {
    int[] pair = pair();
    try (ServerSocket one = new ServerSocket(pair[0], 1, InetAddress.getLoopbackAddress());
        ServerSocket other = new ServerSocket(pair[1], 1, InetAddress.getLoopbackAddress())) {
      EnginePorts ports = new EnginePorts(range(one.getLocalPort(), other.getLocalPort()));

      assertThatThrownBy(ports::next)
          .isInstanceOf(EngineRefusal.class)
          .hasMessageContaining("no port of " + pair[0] + " to " + pair[1] + " is free")
          .hasMessageContaining("remuda.node.engine.lowest-port");
    }
  }

  @Test
  void aRangeOfNothingIsRefusedWithWhatToGive() {
    assertThatThrownBy(() -> range(31_000, 26_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lowest-port is 31000 and highest-port is 26000");
  }

  /** Two neighbours. */
  private static int[] pair() throws Exception {
    while (true) {
      int port = FreePort.next();
      try (ServerSocket next = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
        return new int[] {port, next.getLocalPort()};
      } catch (java.net.BindException taken) {
        continue;
      }
    }
  }
}
