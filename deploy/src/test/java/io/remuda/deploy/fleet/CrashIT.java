package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.LlamaServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill -9 of the whole fleet, and its next start. */
final class CrashIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void theNextStartHasEveryAcceptedChangeAndTakesTheEnginesOver() {
    LlamaServer.binary();
    try (Up up = Up.start(folder)) {
      Gateway gateway = up.gateway();
      long engine = gateway.awaitPid("demo", SOON);
      for (int i = 0; i < 20; i++) {
        assertThat(
                gateway
                    .put("/v1/deployments/kept-" + i, "{\"engine\":\"jvm\",\"replicas\":0}")
                    .status())
            .isEqualTo(202);
      }

      up.process().kill();
      assertThat(ProcessHandle.of(engine).orElseThrow().isAlive()).isTrue();
      up.startAgain();

      for (int i = 0; i < 20; i++) {
        assertThat(gateway.get("/v1/deployments/kept-" + i).status()).isEqualTo(200);
      }
      assertThat(gateway.awaitPid("demo", SOON)).isEqualTo(engine);
      assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);

      up.process().terminate();
      assertThat(ProcessHandle.of(engine).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }
}
