package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What headers of a client do at the public port, and what those of its answer tell. */
class GivenHeadersTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\"}";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int REQUESTS = 20;

  /** How soon an instance answers has no say, so that chance alone is left. */
  private static final String BY_CHANCE = "routing { outlier = 1000, slow-start = 0s }";

  @Test
  void theRequestsOfOneSessionGoToOneInstanceAndThoseOfOthersToBoth() {
    try (EdgeFixture fixture = new EdgeFixture(BY_CHANCE, Authenticator.OPEN, Optional.empty());
        ScriptedEngine one = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine other = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", one.port());
      fixture.ready("bench-2", other.port());

      for (int i = 0; i < REQUESTS; i++) {
        answered(fixture, BODY, "x-remuda-session", "session-" + i);
      }
      assertThat(one.seen()).isNotEmpty();
      assertThat(other.seen()).isNotEmpty();

      List<String> instances = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        instances.add(answered(fixture, BODY, "x-remuda-session", "mine"));
      }
      assertThat(instances).containsOnly(instances.get(0));
    }
  }

  @Test
  void bodiesThatBeginAlikeGoToOneInstanceAndOthersToBoth() {
    try (EdgeFixture fixture = new EdgeFixture(BY_CHANCE, Authenticator.OPEN, Optional.empty());
        ScriptedEngine one = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine other = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", one.port());
      fixture.ready("bench-2", other.port());

      for (int i = 0; i < REQUESTS; i++) {
        answered(fixture, conversation("begins otherwise " + i, 0));
      }
      assertThat(one.seen()).isNotEmpty();
      assertThat(other.seen()).isNotEmpty();

      List<String> instances = new ArrayList<>();
      for (int turn = 0; turn < REQUESTS; turn++) {
        instances.add(answered(fixture, conversation("begins like this", turn)));
      }
      assertThat(instances).containsOnly(instances.get(0));
    }
  }

  /** A long beginning, and a bit more with every turn. */
  private static String conversation(String begins, int turn) {
    return "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\""
        + begins
        + " and goes on".repeat(200)
        + " again".repeat(turn)
        + "\"}]}";
  }

  /** Who answered. */
  private static String answered(EdgeFixture fixture, String body, String... headers) {
    HttpResponse<String> answer = fixture.post(CHAT, body, headers);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.headers().firstValue("x-remuda-instance").orElseThrow();
  }

  @Test
  void ofThoseThatWaitTheHighOnesGoBeforeTheLow() throws Exception {
    List<String> first = firstFour("admission.highest-priority = high", "low", "high");

    assertThat(first).filteredOn("high"::equals).hasSize(3);
  }

  @Test
  void aPriorityIsNoHigherThanTheHighestThatIsGranted() throws Exception {
    List<String> first = firstFour("admission.highest-priority = normal", "normal", "high");

    assertThat(first).containsOnly("normal");
  }

  /**
   * The priorities of those that get the four slots of an instance that appears, of six requests of
   * one priority and three of another that came after them.
   */
  private static List<String> firstFour(String settings, String six, String three)
      throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try (EdgeFixture fixture = new EdgeFixture(settings, Authenticator.OPEN, Optional.empty());
        ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) -> {
                  answer.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
                  wire.json(200, "{}");
                })) {
      fixture.route("bench-1", engine.port(), Phase.STARTING, -1, Set.of());
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        String priority = i < 6 ? six : three;
        answers.add(
            client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + fixture.edge.port() + CHAT))
                    .timeout(LIMIT)
                    .header("content-type", "application/json")
                    .header("x-remuda-wait", "30")
                    .header("x-remuda-priority", priority)
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"model\":\"bench\",\"user\":\"" + priority + "\"}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString()));
        waiting(fixture, i + 1);
      }

      fixture.ready("bench-1", engine.port());
      Eventually.passes("its slots are taken", LIMIT, () -> assertThat(engine.seen()).hasSize(4));
      List<String> first = engine.seen().stream().map(seen -> seen.body().split("\"")[7]).toList();
      answer.countDown();
      for (CompletableFuture<HttpResponse<String>> each : answers) {
        assertThat(each.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
      return first;
    }
  }

  private static void waiting(EdgeFixture fixture, int count) {
    Eventually.passes(
        "so many wait",
        LIMIT,
        () -> assertThat(fixture.handler.waitingRoom().depths()).containsEntry("bench", count));
  }

  @Test
  void anAnswerTellsHowOftenItWasTried() {
    try (EdgeFixture fixture = new EdgeFixture(BY_CHANCE, Authenticator.OPEN, Optional.empty());
        ScriptedEngine full =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"));
        ScriptedEngine free = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", full.port());
      fixture.ready("bench-2", free.port());

      List<String> attempts = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        int before = full.seen().size();
        HttpResponse<String> answer = fixture.post(CHAT, BODY);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("bench-2");
        assertThat(answer.headers().firstValue("x-remuda-attempts"))
            .hasValue(Integer.toString(1 + full.seen().size() - before));
        attempts.add(answer.headers().firstValue("x-remuda-attempts").orElseThrow());
      }
      assertThat(attempts).contains("2");
    }
  }

  @Test
  void anAnswerTellsHowLongItWaitedAndHowLongAllOfItTook() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture();
        ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.route("bench-1", engine.port(), Phase.STARTING, -1, Set.of());
      long began = System.nanoTime();
      CompletableFuture<HttpResponse<String>> asked =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY, "x-remuda-wait", "30"));
      waiting(fixture, 1);
      long waits = System.nanoTime();
      Eventually.isTrue("it has waited for a while", LIMIT, () -> millisSince(waits) >= 30);

      fixture.ready("bench-1", engine.port());

      HttpResponse<String> answer = asked.get(30, TimeUnit.SECONDS);
      long all = millisSince(began);
      assertThat(answer.statusCode()).isEqualTo(200);
      long queued = answer.headers().firstValueAsLong("x-remuda-queue-ms").orElseThrow();
      long own = answer.headers().firstValueAsLong("x-remuda-overhead-ms").orElseThrow();
      long processing = answer.headers().firstValueAsLong("openai-processing-ms").orElseThrow();
      assertThat(queued).isBetween(30L, all);
      assertThat(processing).isBetween(queued, all);
      assertThat(own)
          .as("the wait is not the gateway's own time")
          .isLessThanOrEqualTo(all - queued);
    }
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
