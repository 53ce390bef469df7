package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes while {@code down} ends several nodes, and one that is named twice. */
final class DownMeanwhileTest {

  @TempDir private Path folder;
  private AskedNodes nodes;

  @BeforeEach
  void begin() {
    nodes = new AskedNodes(folder);
  }

  @AfterEach
  void end() {
    nodes.close();
  }

  @Test
  void oneThatEndsBeforeItsTurnHasEnded() throws Exception {
    Process registry = nodes.start("registry", "exit 0");
    nodes.start("model", "kill -9 %d; exit 0".formatted(registry.pid()));

    Typed typed = Typed.line("down", "--data", at("registry"), "--data", at("model"));

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(nodes.inOrder()).containsExactly("model");
    assertThat(registry.waitFor()).isNotZero();
  }

  @Test
  void oneThatWasStartedAgainBeforeItsTurnIsEnded() throws Exception {
    Process registry = nodes.start("registry", "exit 0");
    Process next = nodes.start("next", "exit 0");
    // given a machine while whose end the registry node gives way to another process
    nodes.start(
        "model",
        "kill -9 %d; mv %s/run.json %s/run.json; exit 0"
            .formatted(registry.pid(), at("next"), at("registry")));

    Typed typed = Typed.line("down", "--data", at("registry"), "--data", at("model"));

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(nodes.inOrder()).containsExactly("model", "next");
    assertThat(next.isAlive()).isFalse();
  }

  @Test
  void aDirectoryThatIsNamedTwiceCountsOnce() throws Exception {
    Process model = nodes.start("model", "exit 0");
    Path link = Files.createSymbolicLink(nodes.at("link"), nodes.at("model"));

    Typed typed =
        Typed.line("down", "--data", at("model"), "--data", link.toString(), "--data", at("none"));

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(typed.err())
        .containsOnlyOnce("process " + model.pid() + " ended")
        .containsOnlyOnce("nothing runs in ");
    assertThat(nodes.inOrder()).containsExactly("model");
  }

  private String at(String role) {
    return nodes.at(role).toString();
  }
}
