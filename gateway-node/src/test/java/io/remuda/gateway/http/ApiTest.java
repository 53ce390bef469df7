package io.remuda.gateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.SpecJson;
import io.remuda.protocol.testing.Eventually;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTest {

  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private static final String SMALL =
      "{\"engine\": \"jvm\", \"model\": \"models/small.gguf\", \"replicas\": 2}";

  @Test
  void tellsOllamasClientsWhichModelsThereAreAndWhatTheyDo() throws Exception {
    api.knows("hers", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    JsonNode tags = api.get("/api/tags").json().path("models");
    JsonNode ps = api.get("/api/ps").json().path("models");
    Answer shown = api.send("POST", "/api/show", "{\"model\":\"hers:latest\"}");
    Answer unnamed = api.send("POST", "/api/show", "{}");

    assertThat(tags.findValuesAsText("name")).contains("hers:latest");
    assertThat(ps.findValuesAsText("model")).contains("hers:latest");
    assertThat(tags.get(0).path("modified_at").asText()).endsWith("Z");
    assertThat(shown.json().at("/model_info/general.context_length").asInt()).isEqualTo(4_096);
    assertThat(shown.json().path("capabilities").toString()).isEqualTo("[\"completion\"]");
    assertThat(unnamed.status()).isEqualTo(400);
    assertThat(unnamed.json().path("error").asText()).startsWith("model is missing");
    assertThat(api.get("/api/version").json().path("version").asText())
        .matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void tellsByWhatItChoosesAnInstance() throws Exception {
    api.knows("chosen", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    Target target = api.routes.snapshot().find("chosen").orElseThrow().ready(0);
    RoutingSettings settings = RoutingSettings.from(ApiFixture.config());
    long now = System.nanoTime();
    target.enter();
    target.told(3, now);
    for (int i = 0; i < settings.breakerFailures(); i++) {
      target.paced(true, 250_000_000, now, settings);
      target.failed(now + Duration.ofHours(1).toNanos(), settings);
    }

    JsonNode all = api.get("/v1/routes").json().path("data");

    JsonNode seen =
        StreamSupport.stream(all.spliterator(), false)
            .filter(each -> each.path("instance").asText().equals("chosen-1"))
            .findFirst()
            .orElseThrow();
    assertThat(seen.path("model").asText()).isEqualTo("chosen");
    assertThat(seen.path("inFlight").asInt()).isEqualTo(1);
    assertThat(seen.path("others").asInt()).isEqualTo(2);
    assertThat(seen.path("firstByteMillis").asDouble()).isEqualTo(250.0);
    assertThat(seen.path("answerMillis").isNull()).isTrue();
    assertThat(seen.path("breaker").asText()).isEqualTo("open");
    assertThat(seen.path("failures").asInt()).isEqualTo(settings.breakerFailures());
    target.leave();
  }

  @Test
  void aRequestOfAnotherGatewayIsFoundThere() {
    RecentRequest theirs =
        new RecentRequest(
            "theirs-1",
            "",
            "/v1/chat/completions",
            "chat",
            "ok",
            Instant.EPOCH,
            8_100,
            7_900,
            5_000,
            2_890,
            10,
            List.of(
                new RecentRequest.Try("chat-1", 1, "busy"),
                new RecentRequest.Try("chat-2", 5_002, "answered")),
            Optional.empty());
    api.anotherGatewayHad(theirs);

    Eventually.passes(
        "it is found",
        Duration.ofSeconds(60),
        () -> {
          JsonNode found = api.get("/v1/requests/theirs-1").json().path("data").path(0);
          assertThat(found.path("model").asText()).isEqualTo("chat");
          assertThat(found.path("queueMillis").asInt()).isEqualTo(5_000);
          assertThat(found.path("tries").findValuesAsText("outcome"))
              .containsExactly("busy", "answered");
        });
  }

  @Test
  void aRequestThatNoGatewayHadIsNotFound() throws Exception {
    Answer answer = api.get("/v1/requests/nobodys");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("not_found");
    assertThat(answer.message()).contains("x-request-id");
  }

  @Test
  void acceptsADeploymentAndSaysWhereItsStatusIs() throws Exception {
    Answer put = api.send("PUT", "/v1/deployments/accepted", SMALL);

    assertThat(put.status()).isEqualTo(202);
    assertThat(put.header("location")).isEqualTo("/v1/deployments/accepted");
    assertThat(put.header("etag")).isEqualTo("\"1\"");
    assertThat(put.header("content-type")).isEqualTo("application/json");
    assertThat(put.json().path("name").asText()).isEqualTo("accepted");
    assertThat(put.json().path("phase").asText()).isEqualTo("READY");
    assertThat(put.json().path("replicas").asInt()).isEqualTo(2);
    assertThat(put.json().path("ready").asInt()).isEqualTo(2);
    assertThat(put.json().path("reason").isNull()).isTrue();
    assertThat(put.json().path("links").path("why").asText())
        .isEqualTo("/v1/deployments/accepted/why");
    JsonNode instance = put.json().path("instances").get(0);
    for (String column :
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
      assertThat(instance.has(column)).as(column).isTrue();
    }
    assertThat(instance.path("tasks").path("taking").asBoolean(true)).isFalse();
    assertThat(instance.path("tasks").path("reason").asText()).contains("cannot be reached");
  }

  @Test
  void showsASpecificationThatCanBeSentBack() throws Exception {
    api.send("PUT", "/v1/deployments/returned", SMALL);

    JsonNode shown = api.get("/v1/deployments/returned").json();

    assertThat(SpecJson.parse(shown.path("spec")).spec()).isPresent();
    assertThat(api.send("PUT", "/v1/deployments/returned", shown.path("spec").toString()).status())
        .isEqualTo(202);
  }

  @Test
  void changesADeploymentOnlyForOneWhoHasSeenIt() throws Exception {
    api.send("PUT", "/v1/deployments/changed", SMALL);
    String other = "{\"engine\": \"jvm\", \"model\": \"models/large.gguf\"}";

    Answer unseen = api.send("PUT", "/v1/deployments/changed", other);
    Answer stale = api.send("PUT", "/v1/deployments/changed", other, "If-Match", "\"99\"");
    Answer seen = api.send("PUT", "/v1/deployments/changed", other, "If-Match", "\"1\"");
    Answer any = api.send("PUT", "/v1/deployments/changed", SMALL, "If-Match", "*");
    Answer odd = api.send("PUT", "/v1/deployments/changed", SMALL, "If-Match", "\"abc\"");

    assertThat(unseen.status()).isEqualTo(409);
    assertThat(unseen.code()).isEqualTo("spec_conflict");
    assertThat(unseen.header("x-should-retry")).isEqualTo("false");
    assertThat(stale.status()).isEqualTo(412);
    assertThat(seen.status()).isEqualTo(202);
    assertThat(seen.header("etag")).isEqualTo("\"2\"");
    assertThat(any.status()).isEqualTo(202);
    assertThat(odd.status()).isEqualTo(400);
  }

  @Test
  void scalesByPostAndByPatch() throws Exception {
    api.send("PUT", "/v1/deployments/scaled", SMALL);

    Answer posted = api.send("POST", "/v1/deployments/scaled/scale", "{\"replicas\": 3}");
    Answer patched = api.send("PATCH", "/v1/deployments/scaled", "{\"replicas\": 0}");
    Answer wrong = api.send("POST", "/v1/deployments/scaled/scale", "{\"replica\": 3}");
    Answer absent = api.send("POST", "/v1/deployments/nobody/scale", "{\"replicas\": 3}");

    assertThat(posted.status()).isEqualTo(202);
    assertThat(posted.json().path("ready").asInt()).isEqualTo(3);
    assertThat(patched.json().path("phase").asText()).isEqualTo("STOPPED");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.message()).contains("did you mean 'replicas'?");
    assertThat(absent.status()).isEqualTo(404);
  }

  @Test
  void removesADeployment() throws Exception {
    api.send("PUT", "/v1/deployments/removed", SMALL);

    Answer removed = api.send("DELETE", "/v1/deployments/removed", "");
    Answer again = api.get("/v1/deployments/removed");

    assertThat(removed.status()).isEqualTo(202);
    assertThat(removed.json().path("phase").asText()).isEqualTo("ENDED");
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.code()).isEqualTo("model_not_found");
  }

  @Test
  void saysWhyADeploymentStandsWhereItStands() throws Exception {
    Answer why = api.get("/v1/deployments/explained/why");

    assertThat(why.status()).isEqualTo(200);
    assertThat(why.json().path("reason").asText()).isEqualTo("no machine has room");
    assertThat(why.json().path("verdicts").get(0).path("text").asText())
        .isEqualTo("needs 10, 5 free");
  }

  @Test
  void listsDeploymentsAndReadyModelsWithoutAskingTheRegistry() throws Exception {
    api.knows("listed", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.knows("loading", DeploymentPhase.STARTING, Phase.WARMING, "127.0.0.1:1");

    JsonNode deployments = api.get("/v1/deployments").json();
    JsonNode models = api.get("//v1//models/").json();
    Answer loading = api.get("/v1/models/loading");
    Answer one = api.get("/v1/models/listed");

    assertThat(deployments.path("data").findValuesAsText("name")).contains("listed", "loading");
    assertThat(models.path("object").asText()).isEqualTo("list");
    assertThat(models.path("data").findValuesAsText("id"))
        .contains("listed")
        .doesNotContain("loading");
    assertThat(one.json().path("object").asText()).isEqualTo("model");
    assertThat(one.json().path("created").isIntegralNumber()).isTrue();
    assertThat(one.json().path("owned_by").asText()).isEqualTo("remuda");
    assertThat(one.json().path("root").asText()).isEqualTo("models/listed.gguf");
    assertThat(one.json().path("max_model_len").asInt()).isEqualTo(4_096);
    assertThat(loading.status()).isEqualTo(503);
    assertThat(loading.message()).contains("it loads");
    assertThat(loading.header("retry-after")).isNotEmpty();
    assertThat(loading.header("x-should-retry")).isEqualTo("true");
    assertThat(api.get("/v1/models/nobody").code()).isEqualTo("model_not_found");
  }

  @Test
  void listsInstancesAndMachines() throws Exception {
    api.send("PUT", "/v1/deployments/counted", SMALL);

    JsonNode instances = api.get("/v1/instances?model=counted").json().path("data");
    JsonNode machine = api.get("/v1/machines").json().path("data").get(0);

    assertThat(instances).hasSize(2);
    assertThat(instances.get(0).path("pid").asLong()).isEqualTo(4242);
    assertThat(machine.path("machine").asText()).isEqualTo(ScriptedFleet.MACHINE.value());
    assertThat(machine.path("memoryFreeMiB").asLong()).isEqualTo(900);
    assertThat(machine.path("gpus").get(0).path("memoryReservedMiB").asLong()).isEqualTo(2_000);
    assertThat(machine.path("labels").path("zone").asText()).isEqualTo("a");
    assertThat(machine.path("engines")).hasSize(2);
  }

  @Test
  void cordonsAndUncordonsAMachine() throws Exception {
    String machine = "/v1/machines/" + ScriptedFleet.MACHINE;

    assertThat(api.send("POST", machine + "/cordon", "").json().path("cordoned").asBoolean())
        .isTrue();
    assertThat(api.send("POST", machine + "/uncordon", "").json().path("cordoned").asBoolean())
        .isFalse();
    assertThat(api.send("POST", machine + "/drain", "").status()).isEqualTo(200);
    assertThat(api.get(machine).json().path("cordoned").asBoolean()).isTrue();
    assertThat(api.registry.forced).isFalse();
    assertThat(api.send("POST", machine + "/drain?force=true", "").status()).isEqualTo(200);
    assertThat(api.registry.forced).isTrue();
    assertThat(api.get("/v1/machines/nobody").status()).isEqualTo(404);
    assertThat(api.get("/v1/machines/Not%20One").status()).isEqualTo(404);
  }

  @Test
  void tellsWhatADrainALossAndADeploymentWouldComeToAndChangesNothing() throws Exception {
    String machine = "/v1/machines/" + ScriptedFleet.MACHINE;

    Answer drain = api.send("POST", machine + "/drain?dryRun=true&gpu=GPU-1", "");
    assertThat(drain.status()).isEqualTo(200);
    assertThat(drain.json().path("data").get(0).path("moves").get(0).path("text").asText())
        .isEqualTo("DRAIN of GPU GPU-1");
    assertThat(drain.json().at("/data/0/others/0/name").asText()).isEqualTo("gives-way");
    assertThat(drain.json().at("/data/0/others/0/reason").asText())
        .isEqualTo("gave way to foreseen");
    Answer loss = api.send("POST", machine + "/lose?dryRun=true", "");
    assertThat(loss.json().path("data").get(0).path("moves").get(0).path("kind").asText())
        .isEqualTo("STAYS");
    Answer deploy =
        api.send("PUT", "/v1/deployments/thought-of?dryRun=true", "{\"engine\":\"jvm\"}");
    assertThat(deploy.status()).isEqualTo(200);
    assertThat(deploy.json().path("name").asText()).isEqualTo("thought-of");
    assertThat(api.get("/v1/deployments/thought-of").status()).isEqualTo(404);
  }

  @Test
  void refusesToOrderALoss() throws Exception {
    Answer refused = api.send("POST", "/v1/machines/" + ScriptedFleet.MACHINE + "/lose", "");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.message()).contains("a loss is nothing that one orders");
  }

  @Test
  void drainsOneGpuOfAMachine() throws Exception {
    String machine = "/v1/machines/" + ScriptedFleet.MACHINE;

    assertThat(api.send("POST", machine + "/uncordon", "").status()).isEqualTo(200);
    assertThat(api.send("POST", machine + "/drain?gpu=0", "").status()).isEqualTo(200);
    assertThat(api.get(machine).json().path("gpus").get(0).path("cordoned").asBoolean()).isTrue();
    assertThat(api.get(machine).json().path("cordoned").asBoolean()).isFalse();
    assertThat(api.send("POST", machine + "/uncordon?gpu=0", "").status()).isEqualTo(200);
  }

  @Test
  void givesUpTheMachinesOfAMassLoss() throws Exception {
    assertThat(
            api.send("POST", "/v1/machines/confirm-loss", "").json().path("data").get(0).asText())
        .isEqualTo(ScriptedFleet.MACHINE.value());
  }

  @Test
  void refusesAnUnknownKeyWithItsPath() throws Exception {
    Answer refused =
        api.send("PUT", "/v1/deployments/strict", "{\"engine\":\"jvm\",\"replica\":2}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.code()).isEqualTo("invalid_spec");
    assertThat(refused.json().path("error").path("type").asText())
        .isEqualTo("invalid_request_error");
    assertThat(refused.json().path("error").path("param").asText()).isEqualTo("replica");
    assertThat(refused.message()).contains("did you mean 'replicas'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"engine\": ", "not json", "{\"a\":1,\"a\":2}", "{} {}", "\"\\ud800"})
  void refusesWhatIsNotJsonWithItsPosition(String body) throws Exception {
    Answer refused = api.send("PUT", "/v1/deployments/broken", body);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.code()).isEqualTo("invalid_json");
    assertThat(refused.message()).contains("line 1, column");
  }

  @Test
  void refusesAnEmptyBodyAndOneThatIsTooDeep() throws Exception {
    Answer empty = api.send("PUT", "/v1/deployments/broken", "");
    Answer deep = api.send("PUT", "/v1/deployments/broken", "[".repeat(100) + "]".repeat(100));

    assertThat(empty.code()).isEqualTo("invalid_json");
    assertThat(deep.status()).isEqualTo(400);
  }

  @Test
  void refusesABodyThatIsTooLargeWhetherItsLengthIsToldOrNot() throws Exception {
    String large = "{\"engine\": \"" + "x".repeat(100_000) + "\"}";
    HttpRequest chunked =
        HttpRequest.newBuilder(api.uri("/v1/deployments/large"))
            .header("content-type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofString(large)))
            .build();

    Answer told = api.send("PUT", "/v1/deployments/large", large);
    HttpResponse<String> untold = api.client.send(chunked, HttpResponse.BodyHandlers.ofString());

    assertThat(told.status()).isEqualTo(413);
    assertThat(told.code()).isEqualTo("too_large");
    assertThat(untold.statusCode()).isEqualTo(413);
  }

  @Test
  void aRefusalWaitsForTheRestOfTheBodySoThatItsClientSeesIt() throws Exception {
    String head =
        "PUT /v1/deployments/large HTTP/1.1\r\nhost: here\r\n"
            + "content-type: application/json\r\ncontent-length: 100000\r\n\r\n";
    try (Socket client = new Socket("127.0.0.1", api.server.address().getPort())) {
      client.getOutputStream().write(head.getBytes(US_ASCII));
      client.getOutputStream().write(new byte[50_000]);
      client.setSoTimeout(200);
      assertThatThrownBy(client.getInputStream()::read)
          .as("no answer while the body is on its way, after which the connection is closed")
          .isInstanceOf(SocketTimeoutException.class);

      client.getOutputStream().write(new byte[50_000]);
      client
          .getOutputStream()
          .write(
              "GET /health HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n".getBytes(US_ASCII));
      client.setSoTimeout(20_000);

      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 413")
          .contains("HTTP/1.1 200");
    }
  }

  @Test
  void refusesOtherMediaTypesAndCompressedBodies() throws Exception {
    Answer yaml =
        api.send("PUT", "/v1/deployments/typed", "engine: jvm", "Content-Type", "application/yaml");
    Answer zipped = api.send("PUT", "/v1/deployments/typed", SMALL, "Content-Encoding", "gzip");

    assertThat(yaml.status()).isEqualTo(415);
    assertThat(yaml.message()).contains("application/json");
    assertThat(zipped.status()).isEqualTo(415);
  }

  @Test
  void tellsUnknownRoutesFromWrongMethods() throws Exception {
    Answer unknown = api.get("/v1/nothing");
    Answer wrong = api.send("POST", "/v1/models", "{}");

    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.code()).isEqualTo("not_found");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("allow")).isEqualTo("GET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Big", "a..b", "..%2f..%2fetc", "%00", "-x", "a%20b"})
  void refusesNamesThatBreakThePattern(String name) throws Exception {
    Answer put = api.send("PUT", "/v1/deployments/" + name, SMALL);
    Answer get = api.get("/v1/deployments/" + name);

    assertThat(put.status()).isIn(400, 404);
    assertThat(get.status()).isIn(400, 404);
  }

  @Test
  void putsARequestIdOnEveryAnswerAndEchoesTheClients() throws Exception {
    assertThat(api.get("/health").header("x-request-id")).startsWith("req-");
    assertThat(api.get("/v1/nothing").header("x-request-id")).startsWith("req-");
    assertThat(api.get("/health", "x-request-id", "mine-1").header("x-request-id"))
        .isEqualTo("mine-1");
    assertThat(api.get("/health", "x-request-id", "<script>").header("x-request-id"))
        .startsWith("req-");
  }

  @Test
  void answersWithinTheTimeOutWhenTheRegistryDoesNot() throws Exception {
    Answer silent = api.get("/v1/deployments/silent");

    assertThat(silent.status()).isEqualTo(503);
    assertThat(silent.code()).isEqualTo("registry_unavailable");
    assertThat(silent.header("retry-after")).isEqualTo("5");
    assertThat(silent.message()).contains("within " + ApiFixture.ASK_TIMEOUT.toSeconds() + " s");
  }

  @Test
  void tellsOneWhoWaitsThatItIsReadyWhenItsRequestsAreAnsweredHere() throws Exception {
    CompletableFuture<Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return api.send("PUT", "/v1/deployments/routed?wait=20", SMALL);
              } catch (Exception failed) {
                throw new CompletionException(failed);
              }
            });

    assertThatThrownBy(() -> waiting.get(600, TimeUnit.MILLISECONDS))
        .as("the registry says READY, and no route is known here")
        .isInstanceOf(TimeoutException.class);
    api.knows("routed", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    assertThat(waiting.get(15, TimeUnit.SECONDS).json().path("phase").asText()).isEqualTo("READY");
  }

  @Test
  void refusesWrongQueryParameters() throws Exception {
    assertThat(api.send("PUT", "/v1/deployments/query?wait=soon", SMALL).status()).isEqualTo(400);
    assertThat(api.send("PUT", "/v1/deployments/query?wait=1", SMALL).status()).isEqualTo(202);
    assertThat(api.get("/v1/events?limit=0").status()).isEqualTo(400);
  }

  @Test
  void tellsHealthAndMetrics() throws Exception {
    api.knows("healthy", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    assertThat(api.get("/health/live").json().path("status").asText()).isEqualTo("ok");
    assertThat(api.get("/health/ready").status()).isEqualTo(200);
    assertThat(api.get("/health").json().path("checks").path("registry").asText()).isEqualTo("ok");
    assertThat(api.get("/metrics").response().body()).isEqualTo("remuda_up 1\n");
    assertThat(api.get("/metrics").header("content-type")).startsWith("text/plain");
  }

  @Test
  void servesItsDescriptionAndPagesThatLoadNothingFromElsewhere() throws Exception {
    assertThat(api.get("/openapi.json").json().path("openapi").asText()).startsWith("3.");
    for (String page :
        List.of(
            "/docs",
            "/docs/",
            "/docs/docs.js",
            "/docs/swagger-ui.css",
            "/docs/swagger-ui-bundle.js",
            "/docs/favicon-32x32.png",
            "/console/",
            "/console/console.js",
            "/console/console.css")) {
      Answer answer = api.get(page);
      assertThat(answer.status()).as(page).isEqualTo(200);
      assertThat(answer.header("content-security-policy")).contains("default-src 'self'");
    }
    for (String page : List.of("/docs/", "/console/")) {
      assertThat(api.get(page).response().body()).doesNotContain("http://", "https://", "//cdn");
    }
    assertThat(api.get("/docs/../openapi-schemas.json").status()).isEqualTo(404);
    assertThat(api.get("/docs/index.html").status()).isEqualTo(404);
  }

  @Test
  void answersHeadLikeGetWithoutABody() throws Exception {
    HttpRequest head =
        HttpRequest.newBuilder(URI.create(api.uri("/health/live").toString()))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();

    HttpResponse<String> answer = api.client.send(head, HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void makesListsAndRevokesKeysAndNeverShowsAHash() throws Exception {
    Answer made =
        api.send(
            "POST",
            "/v1/keys",
            "{\"label\":\"ci\",\"scopes\":[\"infer\"],\"models\":[\"demo\"],\"expiresInSeconds\":60}");
    String id = made.json().path("id").asText();
    Answer listed = api.get("/v1/keys");
    Answer revoked = api.send("DELETE", "/v1/keys/" + id, "");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().path("key").asText()).startsWith("rmd_" + id + "_");
    assertThat(made.header("cache-control")).isEqualTo("no-store");
    assertThat(listed.json().path("data").findValuesAsText("id")).contains(id);
    assertThat(listed.response().body()).doesNotContain("rmd_", "secretHash");
    assertThat(revoked.json().path("revoked").asBoolean()).isTrue();
    assertThat(api.send("DELETE", "/v1/keys/nobody", "").status()).isEqualTo(404);
    assertThat(api.send("DELETE", "/v1/keys/..", "").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"scopes\":[]}",
        "{\"scopes\":[\"root\"]}",
        "{\"scopes\":\"infer\"}",
        "{\"scopes\":[\"infer\"],\"models\":[\"Not One\"]}",
        "{\"scopes\":[\"infer\"],\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
        "{\"scopes\":[\"infer\"],\"expiresAt\":\"soon\"}",
        "{\"scopes\":[\"infer\"],\"expiresAt\":\"2100-01-01T00:00:00Z\",\"expiresInSeconds\":1}",
        "{\"scopes\":[\"infer\"],\"secret\":\"x\"}"
      })
  void refusesKeysThatMakeNoSense(String body) throws Exception {
    Answer refused = api.send("POST", "/v1/keys", body);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.message()).isNotBlank();
  }
}
