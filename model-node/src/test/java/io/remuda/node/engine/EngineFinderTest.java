package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.EngineOffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFinderTest {
  @TempDir Path folder;

  @Test
  void offersAnEngineWithItsVersion() throws Exception {
    Path program =
        program("llama-server", "echo 'load backends'; echo 'version: 0.7.0 (build 11669)'");

    EngineOffer byVariable = offer("", Map.of("REMUDA_LLAMA_SERVER", program.toString()));
    EngineOffer byPath = offer("", Map.of("PATH", folder.toString()));

    assertThat(byVariable.available()).isTrue();
    assertThat(byVariable.version()).contains("0.7.0 (build 11669)");
    assertThat(byPath.available()).isTrue();
  }

  @Test
  void findsAnInstalledEngineInItsFolder() throws Exception {
    Files.createDirectories(folder.resolve("llama-server"));
    program("llama-server/llama-server", "echo version 1");

    assertThat(offer("remuda.node.engine.folder = \"" + folder + "\"", Map.of()).available())
        .isTrue();
  }

  @Test
  void saysWhatToDoWhenAnEngineIsMissing() throws Exception {
    EngineOffer none = offer("remuda.node.engine.folder = /nowhere", Map.of("PATH", "/nowhere"));
    EngineOffer wrong = offer("", Map.of("REMUDA_LLAMA_SERVER", "/nowhere/llama"));

    assertThat(none.available()).isFalse();
    assertThat(none.reason().orElse("")).contains("./remuda engine install llama-server");
    assertThat(wrong.reason().orElse(""))
        .contains("no program /nowhere/llama (from REMUDA_LLAMA_SERVER)");
  }

  @Test
  void anEngineOfARuntimesJarIsOfferedWhereThatIs() throws Exception {
    String engines = "remuda.node.engine.folder = \"" + folder + "\"";
    try (Bench bench = new Bench(engines)) {
      EngineProfile onnx = EngineProfiles.builtIn().get("onnx");
      EngineOffer none = bench.finder(Map.of()).offer(onnx);
      Path jar = folder.resolve("onnx/onnxruntime-1.0.jar");
      Files.createDirectories(jar.getParent());
      Files.writeString(jar, "not executable, as jars are");
      Files.createSymbolicLink(jar.resolveSibling("onnxruntime.jar"), jar.getFileName());
      EngineOffer installed = bench.finder(Map.of()).offer(onnx);
      EngineOffer wrong = bench.finder(Map.of("REMUDA_ONNXRUNTIME", "/nowhere/o.jar")).offer(onnx);

      assertThat(none.available()).isFalse();
      assertThat(none.reason().orElse("")).contains("./remuda engine install onnx");
      assertThat(installed.available()).isTrue();
      assertThat(installed.version()).contains("onnxruntime-1.0.jar");
      assertThat(wrong.reason().orElse("")).contains("/nowhere/o.jar (from REMUDA_ONNXRUNTIME)");
    }
  }

  @Test
  void anEngineThatHangsHasNoVersion() throws Exception {
    Path program = program("llama-server", "exec sleep 30");

    EngineOffer offer =
        offer(
            "remuda.node.engine.version-limit = 200ms",
            Map.of("REMUDA_LLAMA_SERVER", program.toString()));

    assertThat(offer.available()).isTrue();
    assertThat(offer.version()).isEmpty();
  }

  @Test
  void startsOnlyCommandsOfTheMachinesOwnList() throws Exception {
    try (Bench bench =
        new Bench(
            "remuda.node.engine.commands { echo = [\"/bin/echo\", \"--port\", \"{port}\"] }")) {
      EngineFinder finder = bench.finder(Map.of());
      EngineProfile profile = EngineProfiles.builtIn().get("command");

      CommandLine line = finder.commandLine(profile, "echo");

      assertThat(line.build(EngineSpec.of("a-1", "a", "echo"), "h", 77).arguments())
          .containsExactly("/bin/echo", "--port", "77");
      assertThat(finder.offer(profile).available()).isTrue();
      assertThatThrownBy(() -> finder.commandLine(profile, "/bin/sh"))
          .hasMessageContaining("no entry of that name; it has [echo]");
    }
  }

  @Test
  void passesRequestsOnlyToServersOfTheMachinesOwnList() throws Exception {
    try (Bench bench =
        new Bench(
            "remuda.node.engine.remotes.lab { url = \"http://10.0.0.5:8000/v1/\", key-variable = K }")) {
      RemoteTargets remotes = bench.finder(Map.of("K", "secret")).remotes();

      EngineTarget target = remotes.resolve("lab/org/model");

      assertThat(target.at("/v1/models")).hasToString("http://10.0.0.5:8000/v1/models");
      assertThat(target.servedName()).isEqualTo("org/model");
      assertThat(target.headers()).containsEntry("authorization", "Bearer secret");
      assertThat(target.toString()).doesNotContain("secret");
      for (String model : new String[] {"http://evil/x", "other/x", "lab", "lab/"}) {
        assertThatThrownBy(() -> remotes.resolve(model))
            .isInstanceOf(EngineRefusal.class)
            .hasMessageContaining("[lab]")
            .extracting(e -> ((EngineRefusal) e).code())
            .isEqualTo(ErrorCode.NOT_ALLOWED);
      }
      assertThat(bench.finder(Map.of()).offer(EngineProfiles.builtIn().get("remote")).available())
          .isTrue();
    }
  }

  @Test
  void saysThatNoRemoteAndNoCommandIsListed() throws Exception {
    try (Bench bench = new Bench()) {
      EngineFinder finder = bench.finder(Map.of());

      for (String name : new String[] {"remote", "command"}) {
        EngineOffer offer = finder.offer(EngineProfiles.builtIn().get(name));
        assertThat(offer.available()).isFalse();
        assertThat(offer.reason().orElse("")).contains("lists no");
      }
      assertThat(finder.offer(EngineProfiles.builtIn().get("jvm")).available()).isTrue();
    }
  }

  private EngineOffer offer(String overrides, Map<String, String> environment) throws Exception {
    try (Bench bench = new Bench(overrides)) {
      return bench.finder(environment).offer(Bench.llamaProfile());
    }
  }

  private Path program(String name, String script) throws IOException {
    Path program = folder.resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
