package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.gateway.task.DeadTask;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durable tasks over HTTP, with a queue and a store whose answers the test decides. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaskRoutesTest {

  private static final String SUBMIT = "/v1/models/echo/tasks";
  private static final String HELLO = "{\"text\": \"hello\"}";

  private ApiFixture api;
  private String mine;
  private String theirs;
  private String admin;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    api.knows("echo", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.knows("chatty", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    mine = api.key(Set.of(Scope.INFER), Set.of());
    theirs = api.key(Set.of(Scope.INFER), Set.of());
    admin = api.key(Set.of(Scope.ADMIN), Set.of());
  }

  @AfterEach
  void restore() {
    api.tasks.publishing(Optional.empty());
    api.tasks.storeAway(false);
    api.tasks.configured(true);
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @Test
  void acceptsATaskOnlyWithTheQueuesConfirmAndSaysWhereItIs() throws Exception {
    Answer accepted = submit(HELLO);

    assertThat(accepted.status()).isEqualTo(202);
    String id = accepted.json().path("id").asText();
    assertThat(accepted.header("location")).isEqualTo("/v1/tasks/" + id);
    assertThat(accepted.json().at("/links/self").asText()).isEqualTo("/v1/tasks/" + id);
    assertThat(accepted.json().path("state").asText()).isEqualTo("QUEUED");
    assertThat(api.tasks.published)
        .last()
        .satisfies(
            task -> {
              assertThat(task.getTaskId()).isEqualTo(id);
              assertThat(task.getSchemaFingerprint()).isEqualTo(ScriptedTasks.FINGERPRINT);
              assertThat(task.getResultTtlSeconds()).isEqualTo(86_400);
            });
  }

  @Test
  void aResultLivesForAsLongAsItsClientAsks() throws Exception {
    Answer accepted = submitAs(mine, SUBMIT + "?ttl=1h", HELLO);

    assertThat(accepted.status()).isEqualTo(202);
    assertThat(api.tasks.published)
        .last()
        .satisfies(task -> assertThat(task.getResultTtlSeconds()).isEqualTo(3_600));
  }

  @Test
  void refusesATaskThatTheQueueDoesNotConfirm() throws Exception {
    api.tasks.publishing(
        Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, "the broker did not confirm")));

    Answer refused = submit(HELLO);

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("retry-after")).isNotEmpty();
    assertThat(refused.message()).contains("did not confirm");
  }

  @Test
  void publishesTheSameIdAgainWhenTheFirstConfirmWasNeverSeen() throws Exception {
    // given a submission whose confirm was lost
    api.tasks.publishing(
        Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, "the broker did not confirm")));
    submit(HELLO, "Idempotency-Key", "lost-confirm");
    TaskId first =
        api.tasks.keys.values().stream()
            .filter(task -> task.getIdempotencyKey().equals("lost-confirm"))
            .map(task -> new TaskId(task.getTaskId()))
            .findFirst()
            .orElseThrow();

    // when it is sent again
    api.tasks.publishing(Optional.empty());
    Answer again = submit(HELLO, "Idempotency-Key", "lost-confirm");

    // then the very same task is published, with the deadline that its id carries
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.json().path("id").asText()).isEqualTo(first.value());
    assertThat(api.tasks.published)
        .last()
        .satisfies(
            task -> {
              assertThat(task.getTaskId()).isEqualTo(first.value());
              assertThat(Instant.ofEpochMilli(task.getDeadlineMillis()))
                  .isEqualTo(first.deadline().orElseThrow());
            });
  }

  @Test
  void answersARepeatedSubmissionWithTheFirstTaskAndNeverRunsItTwice() throws Exception {
    Answer first = submit(HELLO, "Idempotency-Key", "twice");
    int published = api.tasks.published.size();

    Answer second = submit(HELLO, "Idempotency-Key", "twice");
    Answer other = submit("{\"text\": \"bye\"}", "Idempotency-Key", "twice");
    Answer somebodyElse = submitAs(theirs, SUBMIT, HELLO, "Idempotency-Key", "twice");

    assertThat(second.status()).isEqualTo(202);
    assertThat(second.header("idempotent-replayed")).isEqualTo("true");
    assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("idempotency_conflict");
    assertThat(somebodyElse.json().path("id")).isNotEqualTo(first.json().path("id"));
    assertThat(api.tasks.published).hasSize(published + 1);
  }

  @Test
  void answers503WithWhatToDoWhenNothingIsConfigured() throws Exception {
    api.tasks.configured(false);

    Answer refused = submit(HELLO);

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.message()).contains("remuda.tasks.queue");
    assertThat(get(mine, "/v1/tasks").status()).isEqualTo(503);
  }

  @Test
  void answers503WhileTheResultStoreIsAwayAndPublishesNothing() throws Exception {
    api.tasks.storeAway(true);
    int published = api.tasks.published.size();

    assertThat(submit(HELLO).status()).isEqualTo(503);
    assertThat(api.tasks.published).hasSize(published);
  }

  @Test
  void aTaskOfAModelWithoutASchemaIsAskedAsItsEngineReadsIt() throws Exception {
    Answer accepted =
        submitAs(mine, "/v1/models/chatty/tasks?endpoint=/v1/embeddings", "{\"input\": \"a\"}");

    assertThat(accepted.status()).as(accepted.response().body()).isEqualTo(202);
    var task = api.tasks.published.get(api.tasks.published.size() - 1);
    assertThat(task.getSchemaFingerprint()).isEmpty();
    assertThat(task.getPayload().toStringUtf8())
        .isEqualTo("/v1/embeddings\n{\"input\":\"a\",\"model\":\"chatty\"}");
    String id = accepted.json().path("id").asText();
    api.tasks.ends(new TaskId(id), TaskState.DONE, "{\"data\": [1]}");
    assertThat(api.get("/v1/tasks/" + id, "x-api-key", mine).json().at("/result/data/0").asInt())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/models/echo/tasks | {\"text\": 7} | 400 | invalid_request",
        "/v1/models/echo/tasks | {oops | 400 | invalid_json",
        "/v1/models/nobody/tasks | {\"text\": \"a\"} | 404 | model_not_found",
        "/v1/models/chatty/tasks?endpoint=/v1/rerank | {\"a\": \"a\"} | 400 | invalid_request",
        "/v1/models/chatty/tasks | {\"stream\": true} | 400 | invalid_request",
        "/v1/models/chatty/tasks | [1] | 400 | invalid_request",
        "/v1/models/echo/tasks?deadline=0s | {\"text\": \"a\"} | 400 | invalid_request",
        "/v1/models/echo/tasks?deadline=99d | {\"text\": \"a\"} | 400 | invalid_request",
        "/v1/models/echo/tasks?deadline=soon | {\"text\": \"a\"} | 400 | invalid_request",
        "/v1/models/echo/tasks?ttl=99d | {\"text\": \"a\"} | 400 | invalid_request",
        "/v1/models/echo/tasks?webhook=http%3A%2F%2Fevil.example%2F | {\"text\": \"a\"} | 400 |"
            + " invalid_request"
      })
  void refusesWhatIsWrongBeforeAnyStoreIsAsked(String path, String body, int status, String code)
      throws Exception {
    int published = api.tasks.published.size();

    Answer refused = submitAs(mine, path, body);

    assertThat(refused.status()).as(refused.response().body()).isEqualTo(status);
    assertThat(refused.code()).isEqualTo(code);
    assertThat(api.tasks.published).hasSize(published);
  }

  @Test
  void refusesAnotherMediaTypeAnInputThatIsTooLargeAndAKeyThatIsNone() throws Exception {
    Answer text = submit("hello", "content-type", "text/plain");
    Answer large = submit("{\"text\": \"" + "x".repeat(20_000) + "\"}");
    Answer key = submit(HELLO, "Idempotency-Key", "k".repeat(201));

    assertThat(text.status()).isEqualTo(415);
    assertThat(large.status()).isEqualTo(413);
    assertThat(key.status()).isEqualTo(400);
    assertThat(key.json().at("/error/param").asText()).isEqualTo("Idempotency-Key");
  }

  @Test
  void showsTheResultAsJsonAndAsBareProtobuf() throws Exception {
    TaskId id = accepted();
    api.tasks.ends(id, TaskState.DONE, "olleh");

    JsonNode json = get(mine, "/v1/tasks/" + id).json();
    Answer bare = get(mine, "/v1/tasks/" + id, "accept", "application/x-protobuf");

    assertThat(json.path("state").asText()).isEqualTo("DONE");
    assertThat(json.at("/result/text").asText()).isEqualTo("olleh");
    assertThat(json.path("attempts").asInt()).isEqualTo(1);
    assertThat(json.path("createdAt").asText()).endsWith("Z");
    assertThat(json.path("finishedAt").asText()).endsWith("Z");
    assertThat(json.has("error")).isFalse();
    assertThat(bare.header("content-type")).isEqualTo("application/x-protobuf");
    assertThat(bare.response().body()).isEqualTo("olleh");
  }

  @Test
  void showsWhyATaskFailed() throws Exception {
    TaskId id = accepted();
    api.tasks.ends(id, TaskState.FAILED, "it broke");

    JsonNode json = get(mine, "/v1/tasks/" + id).json();

    assertThat(json.at("/error/code").asText()).isEqualTo("engine_failed");
    assertThat(json.at("/error/message").asText()).isEqualTo("it broke");
    assertThat(json.has("result")).isFalse();
  }

  @Test
  void tenantsNeverSeeOneAnothersTasks() throws Exception {
    TaskId id = accepted();

    assertThat(get(theirs, "/v1/tasks/" + id).status()).isEqualTo(404);
    assertThat(get(admin, "/v1/tasks/" + id).status()).isEqualTo(404);
    assertThat(api.send("DELETE", "/v1/tasks/" + id, "", "x-api-key", theirs).status())
        .isEqualTo(404);
    assertThat(ids(get(theirs, "/v1/tasks?limit=100"))).doesNotContain(id.value());
    assertThat(get(mine, "/v1/tasks/" + id).json().path("state").asText()).isEqualTo("QUEUED");
  }

  @Test
  void tellsFromTheIdAloneThatATaskHasExpired() throws Exception {
    TaskId over = TaskId.mint(Instant.now().minusSeconds(5), new Random(7));
    TaskId open = TaskId.mint(Instant.now().plusSeconds(500), new Random(8));

    assertThat(get(mine, "/v1/tasks/" + over).json().path("state").asText()).isEqualTo("EXPIRED");
    assertThat(get(mine, "/v1/tasks/" + open).status()).isEqualTo(404);
    assertThat(get(mine, "/v1/tasks/no.id").status()).isEqualTo(404);
  }

  @Test
  void listsOnesOwnTasksNewestFirstPageByPage() throws Exception {
    String key = api.key(Set.of(Scope.INFER), Set.of());
    for (int i = 0; i < 5; i++) {
      submitAs(key, SUBMIT, HELLO);
    }

    JsonNode first = get(key, "/v1/tasks?limit=3").json();
    JsonNode second = get(key, "/v1/tasks?limit=3&after=" + first.path("last_id").asText()).json();

    assertThat(first.path("data")).hasSize(3);
    assertThat(first.path("has_more").asBoolean()).isTrue();
    assertThat(second.path("data")).hasSize(2);
    assertThat(second.path("has_more").asBoolean()).isFalse();
  }

  @Test
  void cancelsATaskOnceAndLeavesAnEndedOneAsItIs() throws Exception {
    TaskId id = accepted();
    TaskId done = accepted();
    api.tasks.ends(done, TaskState.DONE, "there");

    Answer cancelled = api.send("DELETE", "/v1/tasks/" + id, "", "x-api-key", mine);
    Answer late = api.send("DELETE", "/v1/tasks/" + done, "", "x-api-key", mine);

    assertThat(cancelled.json().path("state").asText()).isEqualTo("CANCELLED");
    assertThat(late.status()).isEqualTo(200);
    assertThat(late.json().path("state").asText()).isEqualTo("DONE");
  }

  @Test
  void holdsAClientUntilItsTaskHasEnded() throws Exception {
    TaskId id = accepted();
    CompletableFuture<HttpResponse<String>> waiting =
        api.client.sendAsync(
            HttpRequest.newBuilder(api.uri("/v1/tasks/" + id + "?wait=20s"))
                .header("x-api-key", mine)
                .build(),
            HttpResponse.BodyHandlers.ofString());

    api.tasks.ends(id, TaskState.DONE, "there");

    assertThat(waiting.get(30, TimeUnit.SECONDS).body()).contains("\"DONE\"");
  }

  @Test
  void letsAWaitingClientGoWhenItsTimeIsUp() throws Exception {
    TaskId id = accepted();

    Answer waited = get(mine, "/v1/tasks/" + id + "?wait=100ms");

    assertThat(waited.status()).isEqualTo(200);
    assertThat(waited.json().path("state").asText()).isEqualTo("QUEUED");
    assertThat(get(mine, "/v1/tasks/" + id + "?wait=1h").status()).isEqualTo(400);
  }

  @Test
  void streamsEveryStateAndEndsWithTheEnd() throws Exception {
    TaskId id = accepted();
    HttpResponse<Stream<String>> stream =
        api.client.send(
            HttpRequest.newBuilder(api.uri("/v1/tasks/" + id))
                .header("x-api-key", mine)
                .header("accept", "text/event-stream")
                .build(),
            HttpResponse.BodyHandlers.ofLines());
    CompletableFuture<String> told =
        CompletableFuture.supplyAsync(() -> stream.body().collect(Collectors.joining("\n")));

    api.tasks.runs(id);
    Eventually.isTrue("a keep-alive has passed", Duration.ofSeconds(1), () -> !told.isDone());
    api.tasks.ends(id, TaskState.DONE, "there");

    String all = told.get(30, TimeUnit.SECONDS);
    assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(all).startsWith("event: task").contains("\"QUEUED\"").contains("\"DONE\"");
    assertThat(all.lines().filter(line -> line.startsWith("data:")))
        .last()
        .asString()
        .contains("there");
  }

  @Test
  void showsRetriesAndDropsWhatWasGivenUp() throws Exception {
    TaskId again = accepted();
    TaskId away = accepted();
    for (TaskId id : Set.of(again, away)) {
      api.tasks.ends(id, TaskState.FAILED, "five attempts failed");
      api.tasks.dead.add(
          new DeadTask(
              api.tasks.published.stream()
                  .filter(task -> task.getTaskId().equals(id.value()))
                  .findFirst()
                  .orElseThrow(),
              "five attempts failed",
              Instant.now()));
    }

    JsonNode listed = get(admin, "/v1/tasks/dead").json();
    Answer retried = api.send("POST", "/v1/tasks/dead/" + again + "/retry", "", "x-api-key", admin);
    Answer dropped = api.send("DELETE", "/v1/tasks/dead/" + away, "", "x-api-key", admin);
    Answer gone = api.send("DELETE", "/v1/tasks/dead/" + away, "", "x-api-key", admin);

    assertThat(listed.path("data").findValuesAsText("id")).contains(again.value(), away.value());
    assertThat(listed.path("data").get(0).path("reason").asText()).contains("five attempts");
    assertThat(retried.status()).isEqualTo(202);
    assertThat(get(mine, "/v1/tasks/" + again).json().path("state").asText()).isEqualTo("QUEUED");
    assertThat(dropped.status()).isEqualTo(200);
    assertThat(gone.status()).isEqualTo(404);
    assertThat(get(mine, "/v1/tasks/dead").status()).isEqualTo(403);
  }

  private TaskId accepted() throws Exception {
    return new TaskId(submit(HELLO).json().path("id").asText());
  }

  private Answer submit(String body, String... headers) throws Exception {
    return submitAs(mine, SUBMIT, body, headers);
  }

  private Answer submitAs(String key, String path, String body, String... headers)
      throws Exception {
    String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "x-api-key";
    all[headers.length + 1] = key;
    return api.send("POST", path, body, all);
  }

  private Answer get(String key, String path, String... headers) throws Exception {
    String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "x-api-key";
    all[headers.length + 1] = key;
    return api.get(path, all);
  }

  private static java.util.List<String> ids(Answer list) {
    return list.json().path("data").findValuesAsText("id");
  }
}
