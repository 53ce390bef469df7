package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every {@code ./remuda ...} that README.md and docs/*.md mention in a sentence, typed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ShownVerbsIT {

  private static final Duration SOON = Duration.ofSeconds(30);

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

  /** In the order of the pages: what is started detached is ended by a later one. */
  @TestFactory
  Stream<DynamicTest> everyCommandOfASentence() {
    String other = folder.resolve("other").toString();
    String port = Integer.toString(FreePort.next());
    return Pages.spans().stream()
        .map(Pages.Span::command)
        .filter(command -> command.startsWith("./remuda "))
        // Those are the tests themselves, which continuous integration runs by their names.
        .filter(command -> !command.startsWith("./remuda test"))
        .distinct()
        .map(command -> DynamicTest.dynamicTest(command, () -> type(command, other, port)));
  }

  private void type(String command, String other, String port) throws Exception {
    List<String> words = new ArrayList<>(Arrays.asList(command.split(" +", -1)));
    words.remove(0);
    words.replaceAll(word -> word.equals("NAME") ? "demo" : word);
    switch (words.get(0)) {
      case "up" -> {
        if (words.contains("--detach")) {
          words.addAll(List.of("--data", other, "--port", port));
          succeeds(Map.of(), words);
        } else {
          assertThat(up.process().out()).contains("ready");
        }
      }
      case "down" -> {
        words.addAll(List.of("--data", other));
        succeeds(Map.of(), words);
      }
      case "events" -> follows(words);
      case "engine" -> {
        if (words.contains("install")) {
          installs(words);
        } else {
          succeeds(Map.of(), words);
        }
      }
      default -> succeeds(Map.of(), words);
    }
  }

  private Launched.Ended succeeds(Map<String, String> environment, List<String> words) {
    Map<String, String> all = new java.util.HashMap<>(environment);
    all.put("REMUDA_URL", up.gateway().url());
    Launched.Ended ended = Launched.run(folder.resolve("logs"), all, words.toArray(String[]::new));
    assertThat(ended.exit()).as("%s%n%s%n%s", words, ended.out(), ended.err()).isZero();
    return ended;
  }

  /** It shows what has happened, goes on, shows what happens, and ends by Ctrl-C alone. */
  private void follows(List<String> words) {
    try (Launched following =
        Launched.start(
            folder.resolve("logs"),
            Map.of("REMUDA_URL", up.gateway().url()),
            words.toArray(String[]::new))) {
      following.awaitPrinted("DeploymentDeclared demo", SOON);
      assertThat(
              up.gateway()
                  .put("/v1/deployments/seen-live", "{\"engine\":\"jvm\",\"replicas\":0}")
                  .status())
          .isEqualTo(202);
      following.awaitPrinted("DeploymentDeclared seen-live", SOON);
      assertThat(following.isAlive()).isTrue();
    }
  }

  /** Through the launcher to the script beside it; that one leaves a working engine alone. */
  private void installs(List<String> words) throws Exception {
    Path engines = folder.resolve("share/remuda/engines");
    Path engine = engines.resolve("llama-server/llama-server");
    Files.createDirectories(engine.getParent());
    Files.writeString(engine, "#!/bin/sh\necho 'version: 42'\n");
    Files.setPosixFilePermissions(engine, PosixFilePermissions.fromString("rwx------"));
    // The real file, for the script knows its digest.
    Path runtime = engines.resolve("onnx/onnxruntime-1.29.0.jar");
    if (!Files.exists(runtime)) {
      Files.createDirectories(runtime.getParent());
      Files.createSymbolicLink(
          runtime,
          Path.of(
              OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
      Files.createSymbolicLink(runtime.resolveSibling("onnxruntime.jar"), runtime.getFileName());
    }

    Launched.Ended ended =
        succeeds(Map.of("XDG_DATA_HOME", folder.resolve("share").toString()), words);

    assertThat(ended.out() + ended.err())
        .contains("already there")
        .containsPattern("version: 42|onnxruntime-1\\.29\\.0\\.jar");
  }
}
