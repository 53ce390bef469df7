package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, and what a newcomer does next. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FirstCommandIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  private Path folder;
  private Up up;
  private Gateway gateway;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    up = Up.start(folder);
    gateway = up.gateway();
  }

  @AfterAll
  void end() {
    up.close();
  }

  @Test
  void printsReadyWithItsAddressOnStdoutAndTheRestOnStderr() {
    assertThat(up.process().out()).startsWith("ready " + gateway.url());
    assertThat(up.process().err()).containsAnyOf("demo runs on llama-server", "demo runs on jvm");
  }

  @Test
  void theDemoRunsOnTheRealEngineWhereThereIsOne() {
    LlamaServer.binary();

    assertThat(up.process().err()).contains("demo runs on llama-server");
  }

  @Test
  void streamsTheDemosWordsAndEndsWithDone() throws IOException, InterruptedException {
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sN",
                gateway.url() + "/v1/chat/completions",
                "-H",
                "content-type: application/json",
                "-d",
                "{\"model\": \"demo\", \"stream\": true, \"messages\": [{\"role\": \"user\","
                    + " \"content\": \"the horse\"}]}")
            .start();
    String text =
        new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

    assertThat(curl.waitFor()).isZero();
    assertThat(text).endsWith("data: [DONE]\n\n").contains("chat.completion.chunk");
    StringBuilder words = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("data: {")) {
        JsonNode chunk = new ObjectMapper().readTree(line.substring(6));
        words.append(chunk.path("choices").path(0).path("delta").path("content").asText(""));
      }
    }
    assertThat(words.toString()).isNotBlank();
  }

  @Test
  void psShowsBothModelsAsJson() {
    // What another test has just ended may still be on its way out.
    Eventually.passes("both are shown", SOON, () -> psShowsBoth(up.type("ps", "-o", "json")));
  }

  private static void psShowsBoth(Launched.Ended ended) throws IOException {
    JsonNode rows = new ObjectMapper().readTree(ended.out());
    assertThat(ended.exit()).isZero();
    assertThat(rows.isArray()).isTrue();
    assertThat(rows.findValuesAsText("model")).contains("demo", "sentiment");
    for (JsonNode row : rows) {
      assertThat(row.path("phase").asText()).isEqualTo("READY");
      for (String field :
          List.of(
              "model",
              "instance",
              "machine",
              "engine",
              "phase",
              "pid",
              "port",
              "inFlight",
              "slots",
              "restarts")) {
        assertThat(row.has(field)).as(field).isTrue();
      }
    }
  }

  @Test
  void lsShowsBothDeploymentsReady() throws IOException {
    JsonNode rows = new ObjectMapper().readTree(up.type("ls", "-o", "json").out());

    for (JsonNode row : rows) {
      for (String field : List.of("name", "phase", "replicas", "ready", "reason")) {
        assertThat(row.has(field)).as(field).isTrue();
      }
    }
    assertThat(rows.findValuesAsText("name")).contains("demo", "sentiment");
  }

  @Test
  void theCommandLineReachesEveryPart() {
    assertThat(up.type("run", "demo", "the horse", "--max-tokens", "8").out()).isNotBlank();
    assertThat(up.type("show", "demo").out()).contains("READY");
    assertThat(up.type("explain", "demo").out()).contains("demo is READY");
    assertThat(up.type("machines").out()).contains("UP");
    assertThat(up.type("engine", "ls").out()).contains("llama-server");
    assertThat(up.type("events", "demo").out()).contains("demo");
    assertThat(up.type("doctor").exit()).isZero();
    assertThat(up.type("show", "nobody").exit()).isEqualTo(3);
  }

  @Test
  void answersOfTheEngineCarryUsageAndTheCorpusOwnProbabilities() {
    LlamaServer.binary();
    BigramModel model = BigramModel.ofDemoCorpus();
    JsonNode answer =
        gateway
            .post(
                "/v1/completions",
                "{\"model\":\"demo\",\"prompt\":\"\\n\",\"max_tokens\":12,\"temperature\":0,"
                    + "\"logprobs\":1}")
            .json();

    assertThat(answer.path("usage").path("completion_tokens").asInt()).isPositive();
    List<JsonNode> tokens = new ArrayList<>();
    JsonNode logprobs = answer.path("choices").path(0).path("logprobs");
    logprobs.path("content").forEach(tokens::add);
    assertThat(tokens).as(answer.toString()).isNotEmpty();
    int current = model.id(BigramModel.BREAK);
    int compared = 0;
    for (JsonNode token : tokens) {
      int next = token.path("id").asInt(model.id(token.path("token").asText()));
      if (model.isEnd(next)) {
        break;
      }
      assertThat(token.path("logprob").asDouble())
          .as(token.toString())
          .isCloseTo(model.logProbability(current, next), within(1e-4));
      current = next;
      compared++;
    }
    assertThat(compared).as(answer.toString()).isPositive();
  }

  @Test
  void metricsTellWhatWasAskedAndWhatRuns() {
    assertThat(gateway.stream("demo", "the horse").status()).isEqualTo(200);

    Eventually.passes(
        "every part tells how it fares",
        SOON,
        () -> {
          String metrics = gateway.get("/metrics").text();
          assertThat(value(metrics, "remuda_requests_total", "demo", "ok")).isPositive();
          assertThat(value(metrics, "remuda_tokens_total", "demo", "completion")).isPositive();
          assertThat(value(metrics, "remuda_ttft_seconds_count", "demo")).isPositive();
          assertThat(value(metrics, "remuda_instances", "demo", "READY")).isPositive();
          assertThat(value(metrics, "remuda_host_memory_bytes", "reserved")).isPositive();
          assertThat(value(metrics, "remuda_model_info", "sentiment", "jvm", "READY")).isEqualTo(1);
          assertThat(value(metrics, "remuda_machines", "reachable")).isEqualTo(1);
          assertThat(value(metrics, "remuda_journal_write_seconds_count")).isPositive();
          assertThat(value(metrics, "remuda_dispatcher_delay_seconds_count", "model")).isPositive();
        });
  }

  /** Of the first series of this name with these values of labels; 0 when there is none. */
  private static double value(String metrics, String name, String... labels) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> List.of(labels).stream().allMatch(label -> line.contains(quoted(label))))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  private static String quoted(String label) {
    return "\"" + label + "\"";
  }

  @Test
  void anEngineThatIsKilledIsReplaced() {
    LlamaServer.binary();
    long before = gateway.awaitPid("demo", SOON);

    assertThat(ProcessHandle.of(before).orElseThrow().destroyForcibly()).isTrue();

    Eventually.isTrue(
        "another engine serves",
        SOON,
        () -> !gateway.pids("demo").isEmpty() && gateway.pids("demo").get(0) != before);
    // It has a pid before it is ready; until then the answer is 503.
    Eventually.isTrue("it answers", SOON, () -> gateway.chat("demo", "the horse").status() == 200);
  }

  @Test
  void scalesAndStopsAndStartsAgain() {
    assertThat(up.type("scale", "sentiment", "3", "--wait").exit()).isZero();
    assertThat(gateway.instances("sentiment")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(up.type("stop", "sentiment").exit()).isZero();
    gateway.awaitPhase("sentiment", "STOPPED", SOON);
    assertThat(up.type("scale", "sentiment", "1", "--wait").exit()).isZero();
  }

  @Test
  void aPortThatIsTakenIsToldBeforeAnythingElse() {
    Launched.Ended ended =
        Launched.run(
            folder.resolve("logs"),
            Map.of(),
            "up",
            "--data",
            folder.resolve("other").toString(),
            "--port",
            Integer.toString(up.port()));

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains(Integer.toString(up.port())).contains("--port");
    assertThat(ended.err()).doesNotContain("\tat ");
  }

  @Test
  void aSecondUpOnTheSameDataDirectoryIsRefused() {
    Launched.Ended ended =
        Launched.run(folder.resolve("logs"), "up", "--data", up.data().toString());

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("is in use by process").contains("--data");
    assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);
  }
}
