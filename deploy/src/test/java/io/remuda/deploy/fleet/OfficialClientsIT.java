package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.sdk.NodeProject;
import io.remuda.deploy.sdk.OpenAiJavaContract;
import io.remuda.protocol.testing.LlamaServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The official clients against a fleet whose demo model runs on the real llama-server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OfficialClientsIT implements OpenAiJavaContract {

  private Up up;

  @BeforeAll
  void start(@TempDir Path temporary) {
    LlamaServer.binary();
    up = Up.start(temporary);
    Path file =
        up.write(
            "embedder.yaml",
            """
            name: embedder
            engine: llama-server
            model: demo.gguf
            arguments: {serves: embeddings, pooling: mean}
            """);
    Launched.Ended deployed =
        up.type("deploy", "-f", file.toString(), "--wait", "--timeout", "60s");
    assertThat(deployed.exit()).as(deployed.err()).isZero();
  }

  @AfterAll
  void end() {
    up.close();
  }

  @Override
  public String url() {
    return up.gateway().url();
  }

  @Override
  public String embeddingModel() {
    return "embedder";
  }

  @Test
  void theNodeClientPassesItsTests() throws IOException, InterruptedException {
    NodeProject.installed().test("openai.test.mjs", models());
  }

  @Test
  void theClientsForNodePassTheirTable() throws IOException, InterruptedException {
    NodeProject.installed().test("llama.test.mjs", models());
  }

  private Map<String, String> models() {
    return Map.of(
        "REMUDA_URL", url(),
        "REMUDA_MODEL", model(),
        "REMUDA_EMBEDDING_MODEL", embeddingModel());
  }
}
