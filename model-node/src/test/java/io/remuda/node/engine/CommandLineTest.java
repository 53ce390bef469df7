package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private static final EngineSpec SPEC =
      EngineSpec.of("chat-7", "chat", "models/a b.gguf").withPath(Path.of("/m/a b.gguf"));

  @Test
  void fillsTheTemplateOfLlamaServer() throws Exception {
    CommandLine.Command command = llama().build(SPEC.withContext(4096, 4), "127.0.0.1", 9000);

    assertThat(command.arguments())
        .containsExactly(
            "/bin/llama",
            "-m",
            "/m/a b.gguf",
            "--alias",
            "chat",
            "--host",
            "127.0.0.1",
            "--port",
            "9000",
            "-np",
            "4",
            "-c",
            "16384",
            "--threads-http",
            "64",
            "--metrics",
            "--no-webui",
            "--offline",
            "--sse-ping-interval",
            "1",
            "-ngl",
            "0");
    assertThat(command.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "");
  }

  @Test
  void usesGpusWhenItHasSome() throws Exception {
    CommandLine.Command command =
        llama().build(SPEC.withGpus(List.of("GPU-1", "GPU-2"), 0.5), "h", 1);

    assertThat(command.arguments()).containsSubsequence("-ngl", "999", "-sm", "layer");
    assertThat(command.arguments()).doesNotContain("-c");
    assertThat(command.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "GPU-1,GPU-2");
  }

  @Test
  void startsForEmbeddingsWhenAskedTo() throws Exception {
    ModelSpec declared =
        withArguments(
            ModelSpec.of(new ModelName("e"), "llama-server", Optional.of("e.gguf")),
            Map.of("serves", "embeddings", "pooling", "mean"));

    EngineSpec spec =
        EngineSpec.from(
            InstanceId.of("e-3"),
            declared,
            EngineProfiles.builtIn().get("llama-server"),
            Optional.empty());

    assertThat(spec.serves()).isEqualTo(Endpoint.EMBEDDINGS);
    assertThat(llama().build(spec, "h", 1).arguments())
        .contains("--embeddings")
        .containsSubsequence("--pooling", "mean");
  }

  @Test
  void refusesAnEndpointThatTheEngineDoesNotOffer() {
    ModelSpec declared = ModelSpec.of(new ModelName("e"), "ollama", Optional.of("x"));

    assertThatThrownBy(
            () ->
                EngineSpec.from(
                    InstanceId.of("e-3"),
                    withArguments(declared, Map.of("serves", "rerank")),
                    EngineProfiles.builtIn().get("ollama"),
                    Optional.empty()))
        .hasMessageContaining("it offers [chat, completions, embeddings]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rpc|host:1|takes no argument rpc",
        "threads|0|a whole number from 1 to 1024",
        "threads|4; rm -rf|a whole number from 1 to 1024",
        "cache-type-k|q9|one of f32, f16",
        "flash-attention|--mlock|one of on, off, auto",
      })
  void refusesArgumentsOutsideTheAllowList(String name, String value, String says) {
    assertThatThrownBy(() -> llama().build(SPEC.withOptions(Map.of(name, value)), "h", 1))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining(says)
        .extracting(e -> ((EngineRefusal) e).code())
        .isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void refusesADeploymentByItsArgumentsAlone() throws Exception {
    ModelSpec chat = ModelSpec.of(new ModelName("c"), "llama-server", Optional.of("no-such.gguf"));

    EngineSpec.check(
        withArguments(chat, Map.of("serves", "chat", "threads", "4")), llama().profile());

    for (Map<String, String> bad : List.of(Map.of("rpc", "host:1"), Map.of("serves", "music"))) {
      assertThatThrownBy(() -> EngineSpec.check(withArguments(chat, bad), llama().profile()))
          .isInstanceOfSatisfying(
              EngineRefusal.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_SPEC));
    }
  }

  @Test
  void refusesAWordThatCouldBeAnotherFlag() throws Exception {
    EngineProfile vllm = EngineProfiles.builtIn().get("vllm");
    CommandLine line = new CommandLine(vllm, Optional.of(Path.of("vllm")), List.of());

    for (String value : List.of("--x", "a b", "../x", "", "$(id)")) {
      assertThatThrownBy(() -> line.build(SPEC.withOptions(Map.of("quantization", value)), "h", 1))
          .hasMessageContaining("not beginning with a dash");
    }
    assertThat(
            line.build(
                    SPEC.withOptions(Map.of("quantization", "awq", "enforce-eager", "true")),
                    "h",
                    1)
                .arguments())
        .containsSubsequence("--enforce-eager", "--quantization", "awq");
    assertThatThrownBy(() -> line.build(SPEC.withOptions(Map.of("enforce-eager", "maybe")), "h", 1))
        .hasMessageContaining("true or false");
  }

  private static ModelSpec withArguments(ModelSpec spec, Map<String, String> arguments) {
    return new ModelSpec(
        spec.name(),
        spec.engine(),
        spec.model(),
        spec.replicas(),
        spec.resources(),
        spec.context(),
        spec.slots(),
        arguments,
        spec.machineLabels(),
        spec.strategy(),
        spec.antiAffinity(),
        spec.schema(),
        Policies.NONE);
  }

  private static CommandLine llama() throws EngineRefusal {
    return new CommandLine(
        EngineProfiles.builtIn().get("llama-server"),
        Optional.of(Path.of("/bin/llama")),
        List.of());
  }
}
