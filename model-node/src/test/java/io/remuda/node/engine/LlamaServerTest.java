package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.LlamaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real llama-server on the model that our own code writes. */
class LlamaServerTest {
  @TempDir Path folder;
  private final Bench bench = new Bench();
  private final BigramModel words = BigramModel.ofDemoCorpus();
  private Path binary = Path.of("/");
  private Path model = Path.of("/");

  @BeforeEach
  void write() throws Exception {
    binary = LlamaServer.binary();
    model = folder.resolve("demo.gguf");
    words.writeGguf(model);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void isReadySoonAndAnswersTheExactProbabilitiesOfTheText() throws Exception {
    // given
    EngineProcess engine = bench.llama(folder.resolve("a"), binary, model);
    try {
      Readiness readiness = bench.ready(engine);
      assertThat(readiness).isInstanceOf(Readiness.Ready.class);
      assertThat(engine.ownsItsPort()).isTrue();

      // when
      JsonNode answer =
          post(
              engine,
              "{\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of the herd\"}],"
                  + "\"max_tokens\":30,\"seed\":5,\"logprobs\":true,\"top_logprobs\":20}");

      // then
      int current = words.id(BigramModel.BREAK);
      int compared = 0;
      for (JsonNode token : answer.at("/choices/0/logprobs/content")) {
        for (JsonNode likely : token.path("top_logprobs")) {
          double log = likely.path("logprob").asDouble();
          if (log > -20) {
            assertThat(log)
                .isCloseTo(words.logProbability(current, likely.path("id").asInt()), within(1e-4));
            compared++;
          }
        }
        current = token.path("id").asInt();
      }
      assertThat(compared).isGreaterThan(20);
    } finally {
      Bench.await(engine.stop(Duration.ofSeconds(5)));
    }
    assertThat(new ProcTable().members(engine.record().pid())).isEmpty();
    assertThat(engine.portTaken()).isFalse();
  }

  @Test
  void aTruncatedFileEndsItWithAReason() throws Exception {
    byte[] whole = Files.readAllBytes(model);
    Files.write(model, Arrays.copyOf(whole, whole.length / 2));

    EngineProcess engine = bench.llama(folder.resolve("b"), binary, model);
    Readiness readiness = bench.ready(engine);

    assertThat(readiness).isInstanceOf(Readiness.Died.class);
    EngineExit exit = ((Readiness.Died) readiness).exit();
    assertThat(exit.code()).hasValue(1);
    assertThat(String.join("\n", exit.lastLines())).contains("failed to load model");
  }

  @Test
  void servesEmbeddingsWhenItIsDeployedForThem() throws Exception {
    // given
    EngineProfile profile = Bench.llamaProfile();
    CommandLine line =
        bench
            .finder(Map.of("REMUDA_LLAMA_SERVER", binary.toString()))
            .commandLine(profile, "demo.gguf");
    EngineSpec spec =
        EngineSpec.of("vectors-1", "vectors", "demo.gguf")
            .withPath(model)
            .withContext(512, 1)
            .serving(Endpoint.EMBEDDINGS)
            .withOptions(Map.of("pooling", "mean", "threads", "1"));

    // when
    EngineProcess engine = bench.starter.start(folder.resolve("d"), spec, line, Map.of());
    Readiness readiness =
        Bench.await(
            bench.probe.awaitReady(
                profile, Endpoint.EMBEDDINGS, engine.target(), Optional.of(engine), Bench.LIMIT));

    // then
    assertThat(readiness).isInstanceOf(Readiness.Ready.class);
    Bench.await(engine.stop(Duration.ofSeconds(5)));
  }

  @Test
  void outlivesTheJvmThatStartedItAndIsAdopted() throws Exception {
    // given: an engine started by a JVM that is killed
    Path instance = folder.resolve("c");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                OtherJvm.class.getName(),
                instance.toString(),
                binary.toString(),
                model.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    other.destroyForcibly();
    assertThat(other.waitFor(Bench.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

    // when
    Adoption adoption = bench.starter.adopt(instance, Bench.llamaProfile());

    // then
    assertThat(adoption).isInstanceOf(Adoption.Adopted.class);
    EngineProcess engine = ((Adoption.Adopted) adoption).process();
    assertThat(Long.toString(engine.record().pid())).isEqualTo(line);
    assertThat(engine.record().attributes()).containsEntry("epoch", "7");
    assertThat(bench.ready(engine)).isInstanceOf(Readiness.Ready.class);
    Bench.await(engine.stop(Duration.ofSeconds(5)));
    assertThat(new ProcTable().members(engine.record().pid())).isEmpty();
  }

  /** A JVM that starts an engine, says its pid, and waits to be killed. */
  static final class OtherJvm {
    private OtherJvm() {}

    public static void main(String[] arguments) throws Exception {
      Bench bench = new Bench();
      EngineProcess engine =
          bench.llama(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
      bench.ready(engine);
      System.out.println(engine.record().pid());
      System.in.read();
    }
  }

  private static JsonNode post(EngineProcess engine, String body) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(engine.target().at("/v1/chat/completions"))
                    .header("content-type", "application/json")
                    .timeout(Bench.LIMIT)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }
}
