package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.LlamaServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill -9 of the whole fleet, and its next start. */
final class CrashIT {

  @TempDir private Path folder;

  @Test
  void theNextStartHasEveryAcceptedChangeAndTakesTheEnginesOver() {
    LlamaServer.binary();
    try (Up up = Up.start(folder)) {
      Gateway gateway = up.gateway();
      List<Long> engines = gateway.pids("demo");
      assertThat(engines).hasSize(1);
      for (int i = 0; i < 20; i++) {
        assertThat(
                gateway
                    .put("/v1/deployments/kept-" + i, "{\"engine\":\"jvm\",\"replicas\":0}")
                    .status())
            .isEqualTo(202);
      }

      up.process().kill();
      assertThat(ProcessHandle.of(engines.get(0)).orElseThrow().isAlive()).isTrue();
      up.startAgain();

      for (int i = 0; i < 20; i++) {
        assertThat(gateway.get("/v1/deployments/kept-" + i).status()).isEqualTo(200);
      }
      assertThat(gateway.pids("demo")).isEqualTo(engines);
      assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);

      up.process().terminate();
      assertThat(ProcessHandle.of(engines.get(0)).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }
}
