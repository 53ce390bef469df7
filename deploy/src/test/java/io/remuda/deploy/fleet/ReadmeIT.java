package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the README lets a newcomer type, typed; the fleet's six commands run in SixCommandsIT. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReadmeIT {

  private Path folder;
  private Up up;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    up = Up.start(temporary);
  }

  @AfterAll
  void end() {
    up.close();
  }

  @Test
  void theFirstSessionStreamsListsAndChats() throws Exception {
    String printed = type(Shown.FIRST_SESSION.text());

    assertThat(printed).contains("data: [DONE]").contains("demo").contains("READY");
  }

  @Test
  void aModelOfOnesOwnIsDeployedAndExplained() throws Exception {
    Files.copy(up.models().resolve("demo.gguf"), up.models().resolve("small.gguf"));

    String printed = type(Shown.OWN_MODEL.text());

    assertThat(printed).contains("chat-small").contains("READY");
  }

  @Test
  void aDurableTaskIsSubmittedWatchedAndRead() throws Exception {
    String printed = type(Shown.TASKS.text());

    assertThat(printed).contains("label").contains("is DONE").contains("\"id\":\"tk_");
  }

  private String type(String block) {
    return Typed.block(
        folder,
        Map.of("REMUDA_URL", up.gateway().url()),
        block
            .replace("./remuda", Launched.launcher().toString())
            .replace("http://127.0.0.1:8080", up.gateway().url()));
  }
}
