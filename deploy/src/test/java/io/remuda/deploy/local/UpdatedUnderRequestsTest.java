package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deployment that is changed while clients use it: registry, machine and gateway in one JVM. */
@Timeout(240)
final class UpdatedUnderRequestsTest {

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int CLIENTS = 3;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path data;
  private static NodeHome home;
  private static AllInOne all;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data", data.toString(),
                    "remuda.gateway.port", FreePort.next())));
    home = NodeHome.open(config);
    all = AllInOne.start(home, config, sentence -> {});
    all.awaitReady(key -> {});
  }

  @AfterAll
  static void stop() {
    all.close();
    home.close();
  }

  @Test
  void noRequestFailsWhileTheNewVersionTakesTheOldOnesPlace() throws Exception {
    deploy("rolling", "demo", 4, Optional.empty());
    awaitServing("rolling", 4);
    String before = instances("rolling");

    try (Clients clients = new Clients("rolling")) {
      clients.awaitAnswers(2 * CLIENTS);
      deploy("rolling", "demo", 6, Optional.of("*"));
      awaitServing("rolling", 6);
      clients.awaitAnswers(2 * CLIENTS);

      assertThat(clients.failures).isEmpty();
    }
    assertThat(instances("rolling")).isNotEqualTo(before);
    assertThat(stage("rolling")).isEqualTo("NONE");
  }

  @Test
  void noRequestFailsWhileAnAliasIsSwitchedAndThenAllAreTheNewOnes() throws Exception {
    deploy("first", "demo", 4, Optional.empty());
    deploy("second", "demo", 4, Optional.empty());
    awaitServing("first", 4);
    awaitServing("second", 4);
    alias("talk", "first");
    Eventually.isTrue(
        "the gateway knows the alias",
        LIMIT,
        () -> json("/v1/models/talk").path("alias_of").asText().equals("first"));

    try (Clients clients = new Clients("talk")) {
      clients.awaitAnswers(2 * CLIENTS);
      assertThat(clients.servedBy).allMatch(instance -> instance.startsWith("first-"));
      alias("talk", "second");
      Eventually.isTrue(
          "the gateway knows of the switch",
          LIMIT,
          () -> json("/v1/models/talk").path("alias_of").asText().equals("second"));
      clients.awaitAnswers(2 * CLIENTS);

      assertThat(clients.failures).isEmpty();
    }
    try (Clients later = new Clients("talk")) {
      later.awaitAnswers(2 * CLIENTS);

      assertThat(later.servedBy).allMatch(instance -> instance.startsWith("second-"));
      assertThat(later.failures).isEmpty();
    }
    assertThat(send("PUT", "/v1/aliases/first", "{\"target\": \"second\"}").statusCode())
        .isEqualTo(400);
    assertThat(send("PUT", "/v1/aliases/more", "{\"target\": \"talk\"}").body())
        .contains("talk is an alias itself, of second");
    assertThat(send("PUT", "/v1/aliases/more", "{\"target\": \"nobody\"}").statusCode())
        .isEqualTo(404);
    assertThat(send("PUT", "/v1/deployments/talk", "{\"engine\": \"jvm\"}").statusCode())
        .isEqualTo(409);
  }

  @Test
  void aDeploymentIsReadyWhenItsPartsAreAndAPartInUseStays() throws Exception {
    String composed = "{\"engine\": \"jvm\", \"model\": \"demo\", \"needs\": [\"part\"]}";
    assertThat(send("PUT", "/v1/deployments/whole", composed).statusCode()).isEqualTo(202);
    awaitPhase("whole", "PENDING", "its part part is not deployed");

    deploy("part", "demo", 4, Optional.empty());

    awaitServing("part", 4);
    awaitPhase("whole", "READY", "");
    HttpResponse<String> removed = send("DELETE", "/v1/deployments/part", "");
    assertThat(removed.statusCode()).isEqualTo(409);
    assertThat(removed.body()).contains("in_use", "a part of whole");
    String back =
        "{\"engine\": \"jvm\", \"model\": \"demo\", \"slots\": 4, \"needs\": [\"whole\"]}";
    HttpResponse<String> circle = send("PUT", "/v1/deployments/part", back, "if-match", "*");
    assertThat(circle.statusCode()).isEqualTo(400);
    assertThat(code(circle)).isEqualTo("invalid_spec");
    assertThat(circle.body()).contains("part -> whole -> part", "leave one of these needs out");
    assertThat(send("DELETE", "/v1/deployments/whole", "").statusCode()).isEqualTo(202);
    Eventually.isTrue(
        "nothing needs it any more",
        LIMIT,
        () -> send("DELETE", "/v1/deployments/part", "").statusCode() == 202);
  }

  @Test
  void aVersionThatCannotServeLeavesTheOldOneServingAndIsTakenBack() throws Exception {
    deploy("lasting", "demo", 4, Optional.empty());
    awaitServing("lasting", 4);
    String before = instances("lasting");

    try (Clients clients = new Clients("lasting")) {
      deploy("lasting", "nosuch", 4, Optional.of("*"));
      Eventually.isTrue(
          "it says why the new version is not there",
          LIMIT,
          () ->
              json("/v1/deployments/lasting/rollout")
                  .path("reason")
                  .asText()
                  .contains("no model of that name"));
      clients.awaitAnswers(2 * CLIENTS);
      assertThat(stage("lasting")).isEqualTo("ROLLING");

      assertThat(send("POST", "/v1/deployments/lasting/rollback", "").statusCode()).isEqualTo(202);
      awaitServing("lasting", 4);
      clients.awaitAnswers(2 * CLIENTS);

      assertThat(clients.failures).isEmpty();
    }
    assertThat(instances("lasting")).isEqualTo(before);
    HttpResponse<String> again = send("POST", "/v1/deployments/lasting/rollback", "");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(code(again)).isEqualTo("rollout_conflict");
  }

  @Test
  void whatCannotBeIsRefusedWithItsCodeAndWhatToDo() throws Exception {
    deploy("only", "demo", 4, Optional.empty());
    awaitServing("only", 4);
    String machine = "/v1/machines/" + json("/v1/machines").at("/data/0/machine").asText();

    HttpResponse<String> drain = send("POST", machine + "/drain", "");
    assertThat(drain.statusCode()).as(drain.body()).isEqualTo(409);
    assertThat(code(drain)).isEqualTo("last_place");
    assertThat(drain.body()).contains("only", "is cordoned", "drain it with --force");
    assertThat(json(machine).path("cordoned").asBoolean(true)).isFalse();
    HttpResponse<String> gpu = send("POST", machine + "/cordon?gpu=77", "");
    assertThat(gpu.statusCode()).as(gpu.body()).isEqualTo(404);
    assertThat(code(gpu)).isEqualTo("not_found");
    assertThat(gpu.body()).contains("has no GPU '77'", "by its index or its UUID");
    HttpResponse<String> weights =
        send("PUT", "/v1/deployments/only/canary", "{\"weights\": {\"old\": 90, \"new\": 20}}");
    assertThat(weights.statusCode()).isEqualTo(400);
    assertThat(code(weights)).isEqualTo("invalid_request");
    assertThat(weights.body()).contains("old 90 with new 20 are 110", "change one of the two");
    HttpResponse<String> alias = send("PUT", "/v1/aliases/only", "{\"target\": \"demo\"}");
    assertThat(alias.statusCode()).isEqualTo(400);
    assertThat(code(alias)).isEqualTo("invalid_request");
    assertThat(alias.body()).contains("only is a deployment", "choose another name");
  }

  @Test
  void anUpdateThatCannotFitLeavesTheOldVersionServingAndSaysWhy() throws Exception {
    deploy("fitting", "demo", 4, Optional.empty());
    awaitServing("fitting", 4);
    String before = instances("fitting");

    deploy(
        "fitting", "demo", 6, Optional.of("*"), "", ", \"resources\": {\"memoryMiB\": 900000000}");
    Eventually.isTrue(
        "it says why the new version has no place",
        LIMIT,
        () ->
            json("/v1/deployments/fitting/rollout")
                .path("reason")
                .asText()
                .contains("needs 900000000 MiB of memory"));

    assertThat(json("/v1/deployments/fitting/rollout").path("reason").asText())
        .contains("ask for less, or add a machine");
    assertThat(instances("fitting")).isEqualTo(before);
    assertThat(json("/v1/models/fitting").at("/instances/ready").asInt()).isEqualTo(1);
    assertThat(send("DELETE", "/v1/deployments/fitting", "").statusCode()).isEqualTo(202);
  }

  @Test
  void noRequestFailsWhileACanaryIsTriedPromotedAndTakenBackAgain() throws Exception {
    deploy("bird", "demo", 4, Optional.empty());
    awaitServing("bird", 4);

    try (Clients clients = new Clients("bird")) {
      clients.awaitAnswers(CLIENTS);
      deploy("bird", "demo", 6, Optional.of("*"), ", \"canaryPercent\": 20");
      Eventually.isTrue(
          "both versions serve",
          LIMIT,
          () -> json("/v1/models/bird").at("/instances/ready").asInt() == 2);
      clients.awaitAnswers(10 * CLIENTS);
      assertThat(stage("bird")).isEqualTo("CANARY");

      assertThat(send("POST", "/v1/deployments/bird/promote", "").statusCode()).isEqualTo(202);
      awaitServing("bird", 6);
      clients.awaitAnswers(CLIENTS);

      assertThat(send("POST", "/v1/deployments/bird/rollback", "").statusCode()).isEqualTo(202);
      awaitServing("bird", 4);
      clients.awaitAnswers(CLIENTS);
      assertThat(clients.failures).isEmpty();
    }
    assertThat(stage("bird")).isEqualTo("NONE");
  }

  /**
   * Clients that ask one after the other, every second time for a stream, until they are closed.
   */
  private final class Clients implements AutoCloseable {
    private final String model;
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Set<String> servedBy = ConcurrentHashMap.newKeySet();

    private Clients(String model) {
      this.model = model;
      for (int i = 0; i < CLIENTS; i++) {
        threads.submit(this::ask);
      }
    }

    private void ask() {
      boolean stream = false;
      while (!threads.isShutdown()) {
        stream = !stream;
        String body =
            """
            {"model": "%s", "stream": %s, "max_tokens": 16,
             "messages": [{"role": "user", "content": "Tell me about horses"}]}
            """
                .formatted(model, stream);
        try {
          HttpResponse<String> answer = send("POST", "/v1/chat/completions", body);
          boolean whole = !stream || answer.body().endsWith("data: [DONE]\n\n");
          answer.headers().firstValue("x-remuda-instance").ifPresent(servedBy::add);
          if (answer.statusCode() != 200 || !whole) {
            failures.add(answer.statusCode() + " " + answer.body());
          }
        } catch (IOException failure) {
          failures.add(failure.toString());
        } catch (InterruptedException over) {
          Thread.currentThread().interrupt();
          return;
        }
        answered.incrementAndGet();
      }
    }

    /** Waits for so many more answers. */
    private void awaitAnswers(int more) throws Exception {
      int enough = answered.get() + more;
      Eventually.isTrue("clients are answered", LIMIT, () -> answered.get() >= enough);
    }

    @Override
    public void close() throws InterruptedException {
      threads.shutdown();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void alias(String name, String target) throws Exception {
    HttpResponse<String> answer =
        send("PUT", "/v1/aliases/" + name, "{\"target\": \"" + target + "\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void awaitPhase(String name, String phase, String reason) throws Exception {
    Eventually.isTrue(
        name + " is " + phase,
        LIMIT,
        () -> {
          JsonNode deployment = json("/v1/deployments/" + name);
          return deployment.path("phase").asText().equals(phase)
              && deployment.path("reason").asText().contains(reason);
        });
  }

  private void deploy(String name, String model, int slots, Optional<String> ifMatch)
      throws Exception {
    deploy(name, model, slots, ifMatch, "");
  }

  private void deploy(String name, String model, int slots, Optional<String> ifMatch, String canary)
      throws Exception {
    deploy(name, model, slots, ifMatch, canary, "");
  }

  private void deploy(
      String name,
      String model,
      int slots,
      Optional<String> ifMatch,
      String canary,
      String resources)
      throws Exception {
    String body =
        "{\"engine\": \"jvm\", \"model\": \"%s\", \"slots\": %d, \"rollout\": {\"strategy\": \"surge\"%s}%s}"
            .formatted(model, slots, canary, resources);
    HttpResponse<String> answer =
        ifMatch.isPresent()
            ? send("PUT", "/v1/deployments/" + name, body, "if-match", ifMatch.get())
            : send("PUT", "/v1/deployments/" + name, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  /** Ready, and every instance is of the version with so many slots. */
  private void awaitServing(String name, int slots) throws Exception {
    Eventually.isTrue(
        name + " serves with " + slots + " slots",
        LIMIT,
        () -> {
          JsonNode deployment = json("/v1/deployments/" + name);
          return deployment.path("phase").asText().equals("READY")
              && deployment.path("instances").size() == 1
              && deployment.at("/instances/0/slots").asInt() == slots
              && json("/v1/models/" + name).at("/instances/ready").asInt() == 1;
        });
  }

  private static String code(HttpResponse<String> refused) throws IOException {
    return MAPPER.readTree(refused.body()).at("/error/code").asText();
  }

  private String instances(String name) throws Exception {
    return json("/v1/deployments/" + name).at("/instances/0/instance").asText();
  }

  private String stage(String name) throws Exception {
    return json("/v1/deployments/" + name + "/rollout").path("stage").asText();
  }

  private JsonNode json(String path) throws Exception {
    return MAPPER.readTree(send("GET", path, "").body());
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(all.url() + path))
            .timeout(Duration.ofSeconds(60))
            .header("content-type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
