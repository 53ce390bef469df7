package io.remuda.deploy.sdk;

import io.remuda.deploy.bytepath.BytePath;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The clients for Node that people use, by a table of what each of them can ask for. */
@Tag("server")
class NodeClientsTest {

  /** Clients in the table that leave in the middle of a stream; each of them does it once. */
  private static final int LEAVING = 5;

  @Test
  void allOfThemPassTheirTable() throws IOException, InterruptedException {
    NodeProject project = NodeProject.installed();
    try (ScriptedEngine engine = ScriptedEngine.start(new TalkingEngine());
        BytePath path = BytePath.inProcess()) {
      path.offer("talker", engine.base(), 64, Set.of("/v1/chat/completions", "/v1/embeddings"));

      project.test("clients.test.mjs", Map.of("REMUDA_URL", path.url()));

      Eventually.isTrue(
          "the engine was told of each that left",
          Duration.ofSeconds(10),
          () -> engine.departed() == LEAVING);
    }
  }
}
