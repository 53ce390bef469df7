package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.engine.EngineProfile.Kind;
import io.remuda.protocol.model.Continues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineProfilesTest {
  private static final String MINE =
      """
      name = mine
      description = "my own"
      kind = process
      traffic = dirty
      verification = none
      serves = [chat]
      model = file
      arguments = [{ args = ["--port", "{port}"] }]
      """;

  @TempDir Path folder;

  @Test
  void comesWithAProfileForEachEngine() throws Exception {
    assertThat(EngineProfiles.builtIn().names())
        .containsExactly(
            "command",
            "external",
            "jar",
            "jvm",
            "llama-server",
            "ollama",
            "onnx",
            "remote",
            "sglang",
            "vllm");
    assertThat(EngineProfiles.builtIn().get("jvm").kind()).isEqualTo(Kind.JVM);
    assertThat(EngineProfiles.builtIn().get("llama-server").metrics())
        .containsEntry("requests-running", "llamacpp:requests_processing");
  }

  @Test
  void anAdminsFileAddsAProfileOrReplacesOurs() throws Exception {
    write(MINE);
    Files.writeString(folder.resolve("llama.conf"), MINE.replace("mine", "llama-server"));

    EngineProfiles profiles = EngineProfiles.builtIn().with(folder);

    assertThat(profiles.get("mine").description()).isEqualTo("my own");
    assertThat(profiles.get("llama-server").description()).isEqualTo("my own");
    assertThat(profiles.names()).hasSize(11);
  }

  @Test
  void aProfileThatSaysNothingOfItGoesOnWithNoTextOfAnother() throws Exception {
    write(MINE);
    EngineProfiles profiles = EngineProfiles.builtIn().with(folder);

    assertThat(profiles.get("mine").continues()).isEqualTo(Continues.NONE);
    assertThat(profiles.get("command").continues()).isEqualTo(Continues.NONE);
    assertThat(profiles.get("llama-server").continues()).isEqualTo(Continues.LAST_MESSAGE);
    assertThat(profiles.get("vllm").continues()).isEqualTo(Continues.FLAGGED_MESSAGE);
    write(MINE + "continues = somehow");
    assertThatThrownBy(() -> EngineProfiles.builtIn().with(folder))
        .hasMessageContaining("[none, prompt, last-message, flagged-message]");
  }

  @Test
  void refusesAnUnknownEngineAndSaysWhichThereAre() {
    assertThatThrownBy(() -> EngineProfiles.builtIn().get("tgi"))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("knows [command, external, jar, jvm, llama-server");
  }

  @Test
  void refusesAnUnknownKeyWithFileLineAndWhatIsAllowed() throws Exception {
    assertThat(refused(MINE + "colour = red\n"))
        .contains("mine.conf")
        .contains(": 9")
        .contains("\"colour\" is unknown, allowed are [arguments,");
    assertThat(refused(MINE + "executable { path = x }\n")).contains("\"path\" is unknown");
  }

  @Test
  void refusesWrongValues() throws Exception {
    assertThat(refused(MINE.replace("kind = process", "kind = magic")))
        .contains("\"kind\" is \"magic\", allowed are [process, jvm, remote, external]");
    assertThat(refused(MINE.replace("{port}", "{prot}"))).contains("unknown placeholder {prot}");
    assertThat(refused(MINE.replace("name = mine", "name = \"../x\""))).contains("allowed is");
    assertThat(refused(MINE.replace("traffic = dirty\n", ""))).contains("traffic");
    assertThat(refused(MINE + "readiness = [{ expect = ok }]\n")).contains("exactly one of them");
    assertThat(refused(MINE + "log { errors = [\"(\"] }\n"))
        .contains("\"log\" holds no regular expression");
    assertThat(refused("name = {")).contains("engine profile");
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> EngineProfiles.builtIn().with(folder.resolve("none")))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("cannot be read");
  }

  private String refused(String content) throws IOException {
    write(content);
    try {
      EngineProfiles.builtIn().with(folder);
    } catch (EngineRefusal e) {
      return e.refused().message();
    }
    throw new AssertionError("it was accepted: " + content);
  }

  private void write(String content) throws IOException {
    Files.writeString(folder.resolve("mine.conf"), content);
  }
}
