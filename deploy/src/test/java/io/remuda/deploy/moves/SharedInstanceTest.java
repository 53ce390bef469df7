package io.remuda.deploy.moves;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.remuda.deploy.cli.Typed;
import io.remuda.deploy.moves.LeaseClient.Answer;
import io.remuda.deploy.moves.LeaseClient.Held;
import io.remuda.node.ModelNode;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leases with all that is between a client and the slots. */
@Timeout(240)
final class SharedInstanceTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int TTL_SECONDS = 600;

  /** A talk is under way for as long as the test holds it: its pieces come so far apart. */
  private static final String PACE = "3s";

  @TempDir private static Path folder;
  private static SmallFleet fleet;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Api api;
  private LeaseClient leases;

  @BeforeAll
  static void start() {
    fleet =
        SmallFleet.start(
            folder,
            Map.of(
                "remuda.node.jvm.pace", PACE,
                "remuda.liveness.ping-interval", "200ms",
                "remuda.liveness.suspect-after", "1500ms",
                "remuda.liveness.lost-after", "4s",
                "remuda.registry.rollout.room-patience", "500ms"),
            Map.of("remuda.node.labels.place", "first"));
  }

  @BeforeEach
  void clients() {
    api = new Api(fleet.url());
    leases = new LeaseClient(fleet.url());
  }

  @AfterAll
  static void stop() throws Exception {
    fleet.close();
  }

  @Test
  void aShareHasItsSlotsAndNoOthersAndEverybodyElseHasTheRestUntilItIsReleased() throws Exception {
    api.deploy(
        "chat",
        """
        {"engine":"jvm","model":"demo","slots":4,"scaling":{"min":1,"max":1}}\
        """);
    api.awaitServing("chat", 1, 4);
    api.awaitReady("chat", 1);
    Held one = leases.share("chat", 1, TTL_SECONDS);
    Held two = leases.share("chat", 2, TTL_SECONDS);
    assertThat(two.instance()).isEqualTo(one.instance());

    try (Talk everybodys = talk(fleet.url() + "/v1", "chat")) {
      assertThat(everybodys.instance()).isEqualTo(one.instance());
      CompletableFuture<Integer> next = waitsForASlot("chat");
      assertThat(leases.askUnder(one, "chat").isAnswered()).as("slots that wait").isTrue();
      assertThat(leases.askUnder(two, "chat").isAnswered()).as("slots that wait").isTrue();

      try (Talk ofOne = talk(one.endpoint(), "chat");
          Talk ofTwo = talk(two.endpoint(), "chat");
          Talk alsoOfTwo = talk(two.endpoint(), "chat")) {
        assertThat(ofOne.instance()).isEqualTo(one.instance());
        assertThat(ofTwo.instance()).isEqualTo(one.instance());
        assertThat(alsoOfTwo.instance()).isEqualTo(one.instance());
        assertThat(leases.askUnder(one, "chat").status()).as("all of one's").isEqualTo(429);
        assertThat(leases.askUnder(two, "chat").status()).as("all of two's").isEqualTo(429);
        assertThat(next).as("everybody else has one slot").isNotDone();

        leases.release(two.id());

        assertThat(next.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(leases.askUnder(one, "chat").status()).as("the other share").isEqualTo(429);
      }
    }
    assertThat(leases.askUnder(two, "chat").status()).as("it is over").isEqualTo(410);
    leases.release(one.id());
  }

  @Test
  void aShareWhoseMachineIsGoneMovesUnderItsIdAndItsFormerTokenIsRefused() throws Exception {
    String first = machines().get(0);
    ModelNode second = fleet.addMachine(Map.of());
    Eventually.isTrue("both machines are there", LIMIT, () -> machines().size() == 2);
    api.deploy(
        "moved",
        """
        {"engine":"jvm","model":"demo","slots":4,"replicas":2,"strategy":"spread"}\
        """);
    api.awaitServing("moved", 2, 4);
    api.awaitReady("moved", 2);
    Held one = leases.share("moved", 3, TTL_SECONDS);
    Held two = leases.share("moved", 3, TTL_SECONDS);
    boolean stays = machine(one).equals(first);
    Held staying = stays ? one : two;
    Held moving = stays ? two : one;
    assertThat(machine(staying)).isEqualTo(first);
    assertThat(machine(moving)).isNotEqualTo(first);

    second.hasten();
    second.close();

    Held moved =
        Eventually.find(
            "it is READY elsewhere",
            LIMIT,
            () ->
                Optional.of(leases.look(moving.id()))
                    .filter(Answer::isReady)
                    .map(SharedInstanceTest::held)
                    .filter(now -> !now.instance().equals(moving.instance())));
    assertThat(moved.id()).isEqualTo(moving.id());
    assertThat(Long.parseLong(moved.token())).isGreaterThan(Long.parseLong(moving.token()));
    assertThat(machine(moved)).isEqualTo(first);
    Answer stale = leases.askUnder(moving, "moved");
    assertThat(stale.status()).isEqualTo(409);
    assertThat(stale.text()).contains("stale_lease");
    assertThat(leases.askUnder(moved, "moved").isAnswered()).isTrue();
    assertThat(held(leases.look(staying.id()))).as("the other share").isEqualTo(staying);
    assertThat(leases.askUnder(staying, "moved").isAnswered()).isTrue();
  }

  /** One move of those that deploy/bench/moves.sh measures; its figures are for quiet machines. */
  @Test
  void aRollingUpdateFailsNoRequest() throws Exception {
    Moves.Result result = Moves.surgeIn(fleet);

    assertThat(result.failed()).isEmpty();
    assertThat(result.requests()).isGreaterThanOrEqualTo(100);
    Eventually.isTrue("its machine is gone", LIMIT, () -> machines().size() == 1);
  }

  /** Those that can be reached. */
  private List<String> machines() throws Exception {
    List<String> machines = new ArrayList<>();
    for (JsonNode each : api.get("/v1/machines").path("data")) {
      if (each.path("reachable").asBoolean()) {
        machines.add(each.path("id").asText());
      }
    }
    return machines;
  }

  @Test
  void anOfficialClientTakesTheEndpointOfALease() throws Exception {
    api.deploy("official", "{\"engine\":\"jvm\",\"model\":\"demo\",\"slots\":1}");
    api.awaitReady("official", 1);
    Held lease = leases.ready("official", TTL_SECONDS);
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl(lease.endpoint()).apiKey("any").maxRetries(0).build();

    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("official")
                    .maxCompletionTokens(1)
                    .addUserMessage("the horse")
                    .build())
            .validate();

    assertThat(answer.choices()).hasSize(1);
    leases.release(lease.id());
  }

  @Test
  void aCommandRunsUnderALeaseThatBringsItsModelWhichIsGoneAfterwards() throws Exception {
    Path said = folder.resolve("said.json");
    String ask =
        "curl -sS -f $OPENAI_BASE_URL/chat/completions -H 'content-type: application/json' -d"
            + " '{\"model\":\"brought\",\"messages\":[{\"role\":\"user\","
            + "\"content\":\"the horse\"}]}' -o "
            + said;

    Typed typed =
        underOwn("name: brought\nengine: jvm\nmodel: demo\ndefaults:\n  max_tokens: 2\n", ask);

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(Files.readString(said))
        .contains("\"choices\"", "\"brought\"")
        .as("as its deployment says")
        .contains("\"completion_tokens\":2");
    Eventually.isTrue(
        "its deployment is removed",
        LIMIT,
        () ->
            api.get("/v1/deployments").findValuesAsText("name").stream()
                .noneMatch("brought"::equals));
  }

  @Test
  void aLeaseThatCanNeverBeServedEndsSoonAndTheExitCodeSaysWhy() throws Exception {
    Typed huge = underOwn("engine: jvm\nmodel: demo\nresources:\n  memoryMiB: 900000000\n", "true");

    assertThat(huge.exit()).as(huge.err()).isEqualTo(4);
    assertThat(huge.err()).contains("no machine can ever hold", "900000000 MiB");
  }

  /** By the profile of the one machine that it is for: those that have left are waited for. */
  @Test
  void aLeaseWhoseEngineTakesNoSuchArgumentEndsSoonAndTheExitCodeSaysWhy() throws Exception {
    String own =
        """
        name: forbidden
        engine: jar
        model: any.jar
        arguments:
          rpc: here
        machineLabels:
          place: first
        """;

    Typed invalid = underOwn(own, "true");

    assertThat(invalid.exit()).as(invalid.err()).isEqualTo(2);
    assertThat(invalid.err())
        .contains("forbidden cannot be started: engine jar takes no argument rpc", "batch-size");
    Eventually.isTrue(
        "its deployment is removed",
        LIMIT,
        () ->
            api.get("/v1/deployments").findValuesAsText("name").stream()
                .noneMatch("forbidden"::equals));
  }

  /** Types {@code lease exec} with a deployment of its own. */
  private static Typed underOwn(String yaml, String command) throws IOException {
    Path file = Files.writeString(folder.resolve("own.yaml"), yaml);
    return Typed.in(
        Map.of("REMUDA_URL", fleet.url()),
        folder,
        "",
        "lease",
        "exec",
        "-f",
        file.toString(),
        "--timeout",
        "120s",
        "--",
        "sh",
        "-c",
        command);
  }

  private static Held held(Answer answer) {
    try {
      return answer.held();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String machine(Held lease) throws Exception {
    for (JsonNode each : api.deployment("moved").path("instances")) {
      if (each.path("instance").asText().equals(lease.instance())) {
        return each.path("machine").asText();
      }
    }
    return "";
  }

  /** The status of an answer that everybody's may wait for. */
  private CompletableFuture<Integer> waitsForASlot(String model) {
    return http.sendAsync(
            request(fleet.url() + "/v1", model, false).header("x-remuda-wait", "60").build(),
            BodyHandlers.discarding())
        .thenApply(HttpResponse::statusCode);
  }

  /** An answer that has begun and goes on: it has its slot. */
  private Talk talk(String base, String model) throws Exception {
    HttpResponse<InputStream> answer =
        http.send(request(base, model, true).build(), BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new Talk(answer);
  }

  private record Talk(HttpResponse<InputStream> answer) implements AutoCloseable {

    String instance() {
      return answer.headers().firstValue("x-remuda-instance").orElse("");
    }

    @Override
    public void close() throws IOException {
      answer.body().close();
    }
  }

  private static HttpRequest.Builder request(String base, String model, boolean stream) {
    return HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
        .timeout(LIMIT)
        .header("content-type", "application/json")
        .POST(
            BodyPublishers.ofString(
                """
                {"model":"%s","stream":%s,"max_tokens":%d,
                 "messages":[{"role":"user","content":"the horse"}]}\
                """
                    .formatted(model, stream, stream ? 1_000 : 2)));
  }
}
