package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.testing.SlowLink;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that goes away just when a registry node's connections find out what it can do. */
@Tag("server")
class CutConnectionTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  /** The driver's question; a pool asks it once, on its first connection. */
  private static final String QUESTION = "SHOW TRANSACTION ISOLATION LEVEL";

  /** One pool writes and replays, the other one reads. */
  private static final int POOLS = 2;

  @TempDir Path data;

  @Test
  void costsThatConnectionAndNotThePool() {
    PostgresServer server = PostgresServer.shared();
    String direct = server.newDatabase();
    try (SlowLink link = new SlowLink(server.host(), server.port())) {
      link.isCutAt(QUESTION);
      String through = direct.replaceFirst("//[^/]+/", "//127.0.0.1:" + link.port() + "/");
      try (TestRegistry registry =
          TestRegistry.start(
                  data,
                  Map.of(
                      "remuda.journal.url",
                      through,
                      "remuda.journal.user",
                      server.user(),
                      "remuda.journal.password",
                      server.password(),
                      "remuda.journal.retry-interval",
                      "300ms"))
              .awaitReady()) {
        Eventually.passes(
            "a change is accepted",
            SOON,
            () -> assertThat(registry.deploy(aSpec().replicas(0).build()).refused()).isEmpty());
        assertThat(link.cuts()).isGreaterThanOrEqualTo(POOLS);
      }
    }
  }
}
