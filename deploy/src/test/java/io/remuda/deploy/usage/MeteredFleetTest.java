package io.remuda.deploy.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.usage.MeteredFleet.Key;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits and counts with all that is between the clients of two gateways and the registry. */
@Timeout(240)
final class MeteredFleetTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What the scripted engine says of each request. */
  private static final int PROMPT = 40;

  private static final int COMPLETION = 60;
  private static final int TOKENS = PROMPT + COMPLETION;

  @TempDir private static Path folder;
  private static ScriptedEngine engine;
  private static MeteredFleet fleet;

  @BeforeAll
  static void start() throws Exception {
    engine = ScriptedEngine.start(MeteredFleetTest::answer);
    Path models = Files.createDirectories(folder.resolve("models"));
    BigramModel.ofDemoCorpus().writeGguf(models.resolve("small.gguf"));
    fleet =
        MeteredFleet.start(
            folder,
            Map.of(
                "remuda.node.engine.remotes.lab.url",
                engine.base() + "/v1",
                "remuda.node.model-roots",
                List.of(models.toString())));
    fleet.deploy("talk", "{\"engine\":\"remote\",\"model\":\"lab/big\",\"slots\":64}");
  }

  @AfterAll
  static void stop() throws Exception {
    fleet.close();
    engine.close();
  }

  private static void answer(ScriptedEngine.Seen asked, ScriptedEngine.Wire wire)
      throws IOException {
    wire.json(
        200,
        asked.path().endsWith("/models")
            ? "{\"data\":[{\"id\":\"big\"}]}"
            : ("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"so\"},"
                    + "\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}")
                .formatted(PROMPT, COMPLETION));
  }

  @Test
  void aKeysRequestsAMinuteAreThoseOfBothGatewaysTogether() throws Exception {
    int limit = 40;
    Key key =
        fleet.key("{\"scopes\":[\"infer\"],\"limits\":{\"requestsPerMinute\":" + limit + "}}");
    long before = refusals("requests", "key");

    Answers answers = Answers.beyond(fleet, List.of(key, key), body("rpm", 9), limit);

    List<HttpResponse<String>> refused = answers.refused();
    int letIn = answers.letIn();
    assertThat(letIn).isBetween(limit, limit + firstOfTwoGateways(limit));
    assertThat(fleet.gateways())
        .allSatisfy(gateway -> assertThat(answers.letIn(gateway)).isPositive());
    assertThat(refused)
        .isNotEmpty()
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(429);
              assertThat(answer.body())
                  .contains("\"code\":\"rate_limit_exceeded\"", "key " + key.id(), "40 requests");
              assertThat(number(answer, "retry-after")).isBetween(1L, 60L);
              assertThat(number(answer, "retry-after-ms")).isBetween(1L, 60_000L);
              assertThat(number(answer, "x-ratelimit-limit-requests")).isEqualTo(limit);
            });
    assertThat(atTheEngine("rpm")).as("what is refused reaches no engine").isEqualTo(letIn);
    Eventually.passes(
        "both gateways' counts are one",
        LIMIT,
        () -> assertThat(requests(fleet.used("key=" + key.id()))).isEqualTo(letIn));
    Eventually.passes(
        "each refusal is measured",
        LIMIT,
        () -> assertThat(refusals("requests", "key") - before).isEqualTo(refused.size()));
  }

  @Test
  void aKeysTokensAMinuteAreThoseThatTheEngineToldBothGateways() throws Exception {
    int limit = 6_000;
    Key key = fleet.key("{\"scopes\":[\"infer\"],\"limits\":{\"tokensPerMinute\":" + limit + "}}");
    String body = body("tpm", 120);
    int estimate = body.length() / 4 + 120;
    assertThat(estimate).as("more than it uses").isGreaterThan(TOKENS);
    long before = refusals("tokens", "key");
    // What is left for each gateway, and to be given to one, may be too little for one more.
    int least = limit - 3 * estimate;

    Answers answers = Answers.beyond(fleet, List.of(key, key), body, (least + TOKENS - 1) / TOKENS);

    List<HttpResponse<String>> refused = answers.refused();
    int letIn = answers.letIn();
    assertThat(letIn * TOKENS).isBetween(least, limit + firstOfTwoGateways(limit));
    assertThat(refused)
        .isNotEmpty()
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(429);
              assertThat(answer.body())
                  .contains("\"code\":\"rate_limit_exceeded\"", "6000 tokens a minute");
              assertThat(number(answer, "retry-after")).isBetween(1L, 60L);
              assertThat(number(answer, "x-ratelimit-limit-tokens")).isEqualTo(limit);
            });
    assertThat(atTheEngine("tpm")).isEqualTo(letIn);
    Eventually.passes(
        "the tokens of both are counted",
        LIMIT,
        () -> {
          JsonNode used = fleet.used("key=" + key.id());
          assertThat(requests(used)).isEqualTo(letIn);
          assertThat(used.path("promptTokens").asInt()).isEqualTo(letIn * PROMPT);
          assertThat(used.path("completionTokens").asInt()).isEqualTo(letIn * COMPLETION);
          assertThat(used.path("estimatedRequests").asInt()).isZero();
        });
    Eventually.passes(
        "each refusal is measured",
        LIMIT,
        () -> assertThat(refusals("tokens", "key") - before).isEqualTo(refused.size()));
  }

  @Test
  void aTenantsLimitIsThatOfItsKeysAtBothGatewaysTogether() throws Exception {
    int limit = 30;
    fleet.limit("acme", "{\"requestsPerMinute\":" + limit + "}");
    Key one = fleet.key("{\"scopes\":[\"infer\"],\"tenant\":\"acme\"}");
    Key two = fleet.key("{\"scopes\":[\"infer\"],\"tenant\":\"acme\"}");
    limitIsKnown(fleet.gateways().get(0), one);
    limitIsKnown(fleet.gateways().get(1), two);
    int known = 2;

    Answers answers = Answers.beyond(fleet, List.of(one, two), body("tenant", 9), limit - known);

    int letIn = known + answers.letIn();
    assertThat(letIn).isBetween(limit, limit + firstOfTwoGateways(limit));
    assertThat(answers.refused())
        .isNotEmpty()
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(429);
              assertThat(answer.body()).contains("rate_limit_exceeded", "tenant acme");
            });
    Eventually.passes(
        "each of its keys is counted, and both for it",
        LIMIT,
        () -> {
          int ofOne = requests(fleet.used("key=" + one.id()));
          int ofTwo = requests(fleet.used("key=" + two.id()));
          assertThat(ofOne).isPositive();
          assertThat(ofTwo).isPositive();
          assertThat(requests(fleet.used("tenant=acme&by=tenant"))).isEqualTo(ofOne + ofTwo);
          assertThat(ofOne + ofTwo).isGreaterThanOrEqualTo(letIn);
        });
  }

  /** Whoever hears of a limit for the first time lets a tenth of it in before it is answered. */
  private static int firstOfTwoGateways(int limit) {
    return 2 * ((limit + 9) / 10);
  }

  /** Uses one request of it up. */
  private static void limitIsKnown(String gateway, Key key) {
    Eventually.isTrue(
        "the limit is known at " + gateway,
        LIMIT,
        () ->
            fleet
                .ask(gateway, key, CHAT, body("probe", 9))
                .join()
                .headers()
                .firstValue("x-ratelimit-limit-requests")
                .isPresent());
  }

  private static long number(HttpResponse<String> answer, String header) {
    return answer.headers().firstValueAsLong(header).orElse(-1);
  }

  private static int requests(JsonNode used) {
    return used.path("requests").asInt();
  }

  private static long atTheEngine(String mark) {
    return engine.seen().stream()
        .filter(asked -> asked.body().contains("\"user\":\"" + mark + "\""))
        .count();
  }

  private static long refusals(String kind, String owner) throws Exception {
    return fleet
        .metrics()
        .lines()
        .filter(line -> line.startsWith("remuda_limit_refusals_total{"))
        .filter(line -> line.contains("kind=\"" + kind + "\""))
        .filter(line -> line.contains("of=\"" + owner + "\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String body(String mark, int most) {
    return ("{\"model\":\"talk\",\"user\":\"%s\",\"max_tokens\":%d,\"messages\":"
            + "[{\"role\":\"user\",\"content\":\"what comes after the horse\"}]}")
        .formatted(mark, most);
  }

  @Test
  void whatIsShownOfKeysTenantsAndModelsIsWhatTheEngineItselfCounts() throws Exception {
    LlamaServer.binary();
    fleet.deploy(
        "counted",
        """
        {"engine":"llama-server","model":"small.gguf","slots":2,"context":4096,\
        "resources":{"memoryMiB":512,"cpus":1},"arguments":{"threads":"1"}}""");
    int port = fleet.enginePort("counted");
    Key ofAda = fleet.key("{\"scopes\":[\"infer\"],\"tenant\":\"ada\"}");
    Key leaving = fleet.key("{\"scopes\":[\"infer\"],\"tenant\":\"ada\"}");
    Key ofBob = fleet.key("{\"scopes\":[\"infer\"],\"tenant\":\"bob\"}");

    CountedTalks talks = new CountedTalks(fleet, "counted");
    EngineCounters before = EngineCounters.ofIdle(port);
    int ways = talks.inAllWays(ofAda, 1);
    EngineCounters afterAda = EngineCounters.ofIdle(port);
    ways += talks.inAllWays(ofBob, 2);
    talks.failed(ofBob);
    EngineCounters afterBob = EngineCounters.ofIdle(port);
    talks.leftInTheMiddle(leaving);
    EngineCounters afterAll = EngineCounters.ofIdle(port);

    int all = ways + 2;
    Eventually.passes(
        "all is handed in",
        LIMIT,
        () -> assertThat(requests(fleet.used("model=counted&by=model"))).isEqualTo(all));
    JsonNode ada = fleet.used("model=counted&key=" + ofAda.id());
    JsonNode bob = fleet.used("model=counted&key=" + ofBob.id());
    JsonNode left = fleet.used("model=counted&key=" + leaving.id());
    assertThat(EngineCounters.shown(ada)).isEqualTo(afterAda.since(before));
    assertThat(EngineCounters.shown(bob)).isEqualTo(afterBob.since(afterAda));
    assertThat(told(ada)).isEqualTo("errors 0, estimated 0");
    assertThat(told(bob)).isEqualTo("errors 1, estimated 0");
    assertThat(told(left)).isEqualTo("errors 0, estimated 1");
    // The event that begins its stream counts too; what the engine wrote after it left does not.
    assertThat(EngineCounters.shown(left).generated())
        .isBetween(1L, 1 + afterAll.since(afterBob).generated());
    EngineCounters ofAll = EngineCounters.shown(fleet.used("model=counted&by=model"));
    EngineCounters ofAdas = EngineCounters.shown(fleet.used("tenant=ada&model=counted&by=tenant"));
    EngineCounters ofBobs = EngineCounters.shown(fleet.used("tenant=bob&model=counted&by=tenant"));
    assertThat(ofBobs).isEqualTo(EngineCounters.shown(bob));
    assertThat(ofAdas).isEqualTo(EngineCounters.shown(ada).plus(EngineCounters.shown(left)));
    assertThat(ofAll).isEqualTo(ofAdas.plus(ofBobs));
  }

  private static String told(JsonNode used) {
    return "errors %d, estimated %d"
        .formatted(used.path("errors").asInt(), used.path("estimatedRequests").asInt());
  }
}
