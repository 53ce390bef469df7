package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests to models through the public port, over HTTP to a front. */
class EdgeInferenceTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\",\"messages\":[]}";
  private static final String STREAM = "{\"model\":\"bench\",\"messages\":[],\"stream\":true}";
  private static final Duration SOON = Duration.ofSeconds(30);

  private EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void with(String overrides) {
    fixture.close();
    fixture = new EdgeFixture(overrides, Authenticator.OPEN, Optional.empty());
  }

  @Test
  void answersFromAnInstance() {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"a\":1}"))) {
      fixture.ready("bench-1", front.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY, "x-request-id", "mine-1");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"a\":1}");
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
      assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine-1");
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("bench-1");
      ScriptedEngine.Seen seen = front.seen().get(0);
      assertThat(seen.path()).isEqualTo("/i/bench-1/v1/chat/completions");
      assertThat(seen.headers()).containsEntry("x-remuda-cluster-key", "cluster-key");
      assertThat(seen.headers()).containsEntry("x-request-id", "mine-1");
      assertThat(seen.body()).isEqualTo(BODY);
      fixture.ended("bench ok");
    }
  }

  @Test
  void keepsAClientsKeyFromEngines() {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", front.port());

      fixture.post(CHAT, BODY, "authorization", "Bearer secret", "x-api-key", "s", "cookie", "c");

      assertThat(front.seen().get(0).headers())
          .doesNotContainKeys("authorization", "x-api-key", "cookie");
    }
  }

  @Test
  void streamsEventsAsTheyComeAndEndsWithDone() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"n\":1}");
                  goOn.await();
                  wire.event("{\"n\":2}");
                  wire.done();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      client.post(CHAT, STREAM);
      String first = client.until("{\"n\":1}\n\n");
      goOn.countDown();
      String all = client.until("data: [DONE]\n\n");
      client.until("0\r\n\r\n");

      assertThat(first).contains("content-type: text/event-stream; charset=utf-8");
      assertThat(first).doesNotContain("{\"n\":2}");
      assertThat(all).contains("data: {\"n\":2}\n\n");
    }
  }

  @Test
  void addsDoneWhereAnEngineForgetsIt() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"finish_reason\":\"stop\"}]}");
                  wire.end();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      assertThat(client.post(CHAT, STREAM).until("0\r\n\r\n")).contains("data: [DONE]\n\n");
    }
  }

  @Test
  void endsAStreamThatBreaksWithATypedError() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"n\":1}");
                  wire.cut();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      String all = client.post(CHAT, STREAM).until("0\r\n\r\n");

      assertThat(all).contains("{\"n\":1}\n\n").contains("data: {\"error\":{\"message\":");
      assertThat(all).contains("\"code\":\"engine_gone\"").doesNotContain("[DONE]");
      fixture.ended("bench engine_gone");
    }
  }

  /** Its client takes the connection for a good one: the answer was whole, its end was told. */
  @Test
  void theNextRequestOverTheConnectionOfABrokenStreamIsAnswered() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"n\":" + asked.incrementAndGet() + "}");
                  if (asked.get() == 1) {
                    wire.cut();
                  } else {
                    wire.done();
                  }
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());
      client.post(CHAT, STREAM).until("0\r\n\r\n");
      // A gateway that would close it does so by now.
      fixture.ended("bench engine_gone");
      client.silentFor(Duration.ofMillis(200));

      assertThat(client.post(CHAT, STREAM).then("[DONE]")).contains("{\"n\":2}");
    }
  }

  @Test
  void endsAStreamThatStopsWithoutAReasonWithATypedError() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.chunk("data: {\"n\"");
                  wire.end();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      String all = client.post(CHAT, STREAM).until("0\r\n\r\n");

      assertThat(all).contains("data: {\"n\"\r\n").contains("\n\ndata: {\"error\":{\"message\":");
    }
  }

  @Test
  void givesAnthropicsClientsTheirErrorEvent() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.chunk("event: message_start\ndata: {\"type\":\"message_start\"}\n\n");
                  wire.cut();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      String all = client.post("/v1/messages", STREAM).until("0\r\n\r\n");

      assertThat(all).contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":");
      assertThat(all).contains("request-id: ");
    }
  }

  @Test
  void triesAnotherInstanceWhenOneDiesBeforeItsFirstByte() {
    try (ScriptedEngine dying = ScriptedEngine.start((seen, wire) -> wire.cut());
        ScriptedEngine good = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", dying.port());
      fixture.ready("bench-2", good.port());

      for (int i = 0; i < 20; i++) {
        HttpResponse<String> answer = fixture.post(CHAT, BODY);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("bench-2");
      }
      assertThat(dying.seen()).isNotEmpty();
    }
  }

  @Test
  void triesAnotherInstanceWhenACompleteAnswerBreaksOff() {
    AtomicInteger calls = new AtomicInteger();
    ScriptedEngine.Script half =
        (seen, wire) -> {
          if (calls.incrementAndGet() == 1) {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half");
            wire.cut();
          } else {
            wire.json(200, "{}");
          }
        };
    try (ScriptedEngine first = ScriptedEngine.start(half);
        ScriptedEngine second = ScriptedEngine.start(half)) {
      fixture.ready("bench-1", first.port());
      fixture.ready("bench-2", second.port());

      assertThat(fixture.post(CHAT, BODY).body()).isEqualTo("{}");
      assertThat(calls).hasValue(2);
    }
  }

  @Test
  void sendsABusyInstancesRequestToTheNextAndSaysSoWhenAllAreBusy() {
    AtomicBoolean busy = new AtomicBoolean();
    ScriptedEngine.Script full =
        (seen, wire) ->
            wire.raw(
                "HTTP/1.1 429 Busy\r\nx-remuda-refused: busy\r\nx-remuda-retry: true\r\n"
                    + "Content-Length: 9\r\n\r\nall taken");
    try (ScriptedEngine first = ScriptedEngine.start(full);
        ScriptedEngine second =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (busy.get()) {
                    full.answer(seen, wire);
                  } else {
                    wire.json(200, "{}");
                  }
                })) {
      fixture.ready("bench-1", first.port());
      fixture.ready("bench-2", second.port());
      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(200);

      busy.set(true);
      HttpResponse<String> refused = fixture.post(CHAT, BODY);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("\"code\":\"busy\"").contains("all taken");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(refused.headers().firstValue("retry-after-ms")).hasValue("1000");
      assertThat(refused.headers().firstValue("x-request-id")).isPresent();
    }
  }

  @Test
  void answers502WhenTheOnlyEngineIsGone() {
    ScriptedEngine dead = ScriptedEngine.start((seen, wire) -> wire.cut());
    dead.close();
    fixture.ready("bench-1", dead.port());

    HttpResponse<String> answer = fixture.post(CHAT, BODY);

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("\"code\":\"engine_gone\"");
  }

  @Test
  void namesWhatExistsWhenAModelDoesNot() {
    fixture.listed("alpha", DeploymentPhase.READY, "");
    fixture.listed("beta", DeploymentPhase.READY, "");

    HttpResponse<String> answer = fixture.post(CHAT, "{\"model\":\"gamma\"}");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("model_not_found").contains("gamma").contains("alpha, beta");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    fixture.ended(" model_not_found");
  }

  @Test
  void doesNotCallANameUnknownBeforeTheFleetWasHeard() {
    assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(503);

    fixture.routes.warm();

    assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(404);
  }

  @Test
  void saysHowFarAModelHasLoaded() {
    fixture.route("bench-1", 1, Phase.WARMING, 40, Set.of());

    HttpResponse<String> answer = fixture.post(CHAT, BODY);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("model_loading").contains("40 %");
    assertThat(answer.headers().firstValue("retry-after")).hasValue("3");
  }

  @Test
  void saysWhyAModelHasNoInstance() {
    fixture.listed("bench", DeploymentPhase.PENDING, "m1 has 3 MiB free");

    HttpResponse<String> answer = fixture.post(CHAT, BODY);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("model_not_ready").contains("m1 has 3 MiB free");
    fixture.listed("bench", DeploymentPhase.STOPPED, "");
    assertThat(fixture.post(CHAT, BODY).body()).contains("scaled to zero");
    fixture.listed("bench", DeploymentPhase.FAILED, "exit 1");
    assertThat(fixture.post(CHAT, BODY).body()).contains("does not start: exit 1");
  }

  @Test
  void holdsARequestUntilItsModelIsThere() {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.route("bench-1", front.port(), Phase.WARMING, -1, Set.of());

      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY, "x-remuda-wait", "15"));
      CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
          .execute(() -> fixture.ready("bench-1", front.port()));

      assertThat(answer.join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void says501ForWhatAnEngineDoesNotOffer() {
    fixture.route("bench-1", 1, Phase.READY, 100, Set.of(CHAT));

    HttpResponse<String> answer = fixture.post("/v1/embeddings", BODY);

    assertThat(answer.statusCode()).isEqualTo(501);
    assertThat(answer.body()).contains("not_supported").contains(CHAT);
  }

  @Test
  void passesRankingAndTokensOnToEnginesThatHaveThemAndSays501ForTheOthers() {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"a\":1}"))) {
      for (String path : List.of("/v1/rerank", "/tokenize", "/detokenize")) {
        fixture.route("bench-1", front.port(), Phase.READY, 100, Set.of(path));
        HttpResponse<String> passed = fixture.post(path, BODY);
        fixture.route("bench-1", front.port(), Phase.READY, 100, Set.of(CHAT));
        HttpResponse<String> refused = fixture.post(path, BODY);

        assertThat(passed.body()).as(path).isEqualTo("{\"a\":1}");
        assertThat(refused.statusCode()).as(path).isEqualTo(501);
        assertThat(refused.body()).contains("does not answer " + path + "; it answers " + CHAT);
      }
      assertThat(front.seen().stream().map(ScriptedEngine.Seen::path))
          .containsExactly("/i/bench-1/v1/rerank", "/i/bench-1/tokenize", "/i/bench-1/detokenize");
      assertThat(front.seen()).allMatch(seen -> seen.body().equals(BODY));
    }
  }

  @Test
  void bringsAnEnginesErrorIntoTheShapeThatClientsRead() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(
                    400,
                    "{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":\"exceed\"}}"))) {
      fixture.ready("bench-1", front.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body())
          .isEqualTo(
              "{\"error\":{\"message\":\"too long\",\"type\":\"exceed\",\"param\":null,"
                  + "\"code\":null}}");
    }
  }

  @Test
  void freesTheEngineWhenAClientGoesBeforeTheFirstByte() throws IOException {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (seen.body().contains("stays")) {
                    goOn.await();
                    wire.json(200, "{}");
                  } else {
                    wire.awaitDeparture(SOON);
                  }
                });
        Wire staying = fixture.wire()) {
      fixture.ready("bench-1", front.port());
      // It waits for longer than the other one: no limit of time frees the engine.
      staying.post(CHAT, "{\"model\":\"bench\",\"user\":\"stays\"}");
      Eventually.isTrue("the engine works", SOON, () -> front.seen().size() == 1);
      try (Wire leaving = fixture.wire()) {
        leaving.post(CHAT, BODY);
        Eventually.isTrue("the engine works for both", SOON, () -> front.seen().size() == 2);
      }

      Eventually.isTrue("the engine was told", SOON, () -> front.departed() == 1);
      Eventually.isTrue("it is noted", SOON, () -> fixture.outcomes.contains("bench cancelled"));
      goOn.countDown();
      assertThat(staying.until("{}")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void freesTheEngineWhenAClientGoesInTheMiddleOfAStream() throws IOException {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event("one");
              wire.awaitDeparture(SOON);
            })) {
      fixture.ready("bench-1", front.port());
      try (Wire client = fixture.wire()) {
        client.post(CHAT, STREAM).until("one");
      }
      Eventually.isTrue("the engine was told", SOON, () -> front.departed() == 1);
    }
  }

  @Test
  void putsACommentIntoASilentStream() throws Exception {
    with("edge-limits.keep-alive-comment = 1s");
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("one");
                  goOn.await();
                  wire.event("two");
                  wire.done();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      client.post(CHAT, STREAM).until("data: one\n\n");
      client.then(": keep-alive\n\n");
      goOn.countDown();

      assertThat(client.until("[DONE]")).contains("data: two\n\n");
    }
  }

  @Test
  void beginsAStreamWithACommentWhenTheFirstTokenTakesLong() throws Exception {
    with("edge-limits.keep-alive-comment = 1s");
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  goOn.await();
                  wire.json(400, "{\"error\":{\"message\":\"no\",\"type\":\"t\"}}");
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      client.post(CHAT, STREAM).until(": keep-alive\n\n");
      goOn.countDown();

      assertThat(client.until("0\r\n\r\n")).contains("data: {\"error\":{\"message\":\"no\"");
    }
  }

  @Test
  void endsABegunStreamWithATypedErrorWhenALargeAnswerIsNoStream() throws Exception {
    with("edge-limits.keep-alive-comment = 1s");
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  goOn.await();
                  wire.json(200, "{\"a\":\"" + "x".repeat(4 << 20) + "\"}");
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      client.post(CHAT, STREAM).until(": keep-alive\n\n");
      goOn.countDown();

      assertThat(client.until("0\r\n\r\n"))
          .contains("data: {\"error\":{\"message\":")
          .contains("\"code\":\"engine_failed\"")
          .doesNotContain("xxx");
      fixture.ended("bench engine_failed");
    }
  }

  @Test
  void holdsTheEngineBackWhenAClientReadsSlowly() throws Exception {
    AtomicLong written = new AtomicLong();
    String block = "x".repeat(64 * 1024);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  for (int i = 0; i < 2048; i++) {
                    wire.chunk(block);
                    written.addAndGet(block.length());
                  }
                  wire.done();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());
      client.post(CHAT, STREAM).until("\r\n\r\n");

      AtomicLong last = new AtomicLong(-1);
      Eventually.isTrue(
          "the engine stands still",
          SOON,
          () -> {
            new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
            return last.getAndSet(written.get()) == written.get();
          });

      assertThat(written.get()).isLessThan(32L << 20);
    }
  }
}
