package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.EngineProfile.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles of engines that need a GPU, held to what a scripted program insists on. */
class ProfileContractTest {
  @TempDir Path folder;
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void startsVllmOnTwoGpusAndWaitsUntilItAnswers() throws Exception {
    EngineSpec spec =
        EngineSpec.of("chat-1", "chat", "org/model")
            .withContext(4096, 8)
            .withGpus(List.of("GPU-a", "GPU-b"), 0.9)
            .withOptions(Map.of("dtype", "bfloat16"));

    holds("vllm", "REMUDA_VLLM", spec);
  }

  @Test
  void startsSglangAndWaitsThroughItsLoading() throws Exception {
    EngineSpec spec =
        EngineSpec.of("chat-1", "chat", "org/model")
            .withContext(4096, 8)
            .withGpus(List.of("GPU-a"), 0.85);

    holds("sglang", "REMUDA_SGLANG_PYTHON", spec);
  }

  @Test
  void startsOllamaAndHasItLoadItsModel() throws Exception {
    EngineSpec spec = EngineSpec.of("chat-1", "chat", "qwen3").withContext(4096, 4);

    EngineProcess engine = holds("ollama", "REMUDA_OLLAMA", spec);

    assertThat(engine.target().servedName()).isEqualTo("qwen3");
  }

  @Test
  void profilesThatNeedAGpuSayThatTheyWereNotVerifiedOnOne() throws Exception {
    for (String name : List.of("vllm", "sglang", "ollama")) {
      assertThat(EngineProfiles.builtIn().get(name).verification())
          .isEqualTo("not verified on a GPU");
    }
  }

  private EngineProcess holds(String name, String variable, EngineSpec spec) throws Exception {
    EngineProfile profile = EngineProfiles.builtIn().get(name);
    Path program = folder.resolve(name);
    Files.writeString(
        program,
        "#!/bin/sh\nexec '%s' -Xmx64m -XX:+UseSerialGC -cp '%s' %s %s \"$@\"\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                ScriptedEngine.class.getName(),
                name));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    CommandLine line =
        bench.finder(Map.of(variable, program.toString())).commandLine(profile, spec.model());
    EngineProcess engine = bench.starter.start(folder.resolve("i-" + name), spec, line, Map.of());
    try {
      Readiness readiness =
          Bench.await(
              bench.probe.awaitReady(
                  profile, Endpoint.CHAT, engine.target(), Optional.of(engine), Bench.LIMIT));
      assertThat(readiness)
          .as("%s, which said %s", readiness, engine.lastLines(20))
          .isInstanceOf(Readiness.Ready.class);
      assertThat(((Readiness.Ready) readiness).after()).isGreaterThan(Duration.ZERO);
      assertThat(engine.ownsItsPort()).isTrue();
    } finally {
      Bench.await(engine.stop(Duration.ofSeconds(3)));
    }
    return engine;
  }
}
