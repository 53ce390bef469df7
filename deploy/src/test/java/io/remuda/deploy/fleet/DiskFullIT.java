package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The data directory has no room left while the fleet runs. */
final class DiskFullIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MOST_CHANGES = 5_000;

  @TempDir private Path folder;

  @Test
  void changesAreRefusedModelsGoOnAndTheNextStartWithRoomHasAllThatWasAccepted() {
    int port = FreePort.next();
    Gateway gateway = new Gateway("http://127.0.0.1:" + port);
    String[] command = {
      "up",
      "--no-demo",
      "--data",
      folder.resolve("data").toString(),
      "--port",
      Integer.toString(port)
    };
    List<String> accepted = new ArrayList<>();
    try (Launched up = Launched.startWithoutRoom(2, folder.resolve("logs"), command)) {
      up.awaitPrinted("ready", Up.READY_LIMIT);
      assertThat(
              gateway
                  .put("/v1/deployments/chat", "{\"engine\":\"jvm\",\"model\":\"demo\"}")
                  .status())
          .isEqualTo(202);
      gateway.awaitPhase("chat", "READY", SOON);

      Gateway.Answer last = change(gateway, "kept-0");
      while (last.status() == 202 && accepted.size() < MOST_CHANGES) {
        accepted.add("kept-" + accepted.size());
        last = change(gateway, "kept-" + accepted.size());
      }

      assertThat(accepted).isNotEmpty();
      assertThat(last.status()).as(last.text()).isEqualTo(503);
      assertThat(last.code()).isEqualTo("store_unavailable");
      assertThat(last.text()).contains("database");
      assertThat(gateway.chat("chat", "the horse").status()).isEqualTo(200);
      assertThat(change(gateway, "still-full").status()).isEqualTo(503);
      assertThat(up.terminate().err()).contains("why=File too large");
    }

    try (Launched up = Launched.start(folder.resolve("logs"), Map.of(), command)) {
      up.awaitPrinted("ready", Up.READY_LIMIT);
      for (String name : accepted) {
        assertThat(gateway.get("/v1/deployments/" + name).status()).as(name).isEqualTo(200);
      }
      gateway.awaitPhase("chat", "READY", SOON);
      assertThat(change(gateway, "with-room").status()).isEqualTo(202);
    }
  }

  private static Gateway.Answer change(Gateway gateway, String name) {
    return gateway.put("/v1/deployments/" + name, "{\"engine\":\"jvm\",\"replicas\":0}");
  }
}
