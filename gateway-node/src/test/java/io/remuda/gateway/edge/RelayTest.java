package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is not for models goes to the API behind the edge. */
class RelayTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static EdgeFixture before(ScriptedEngine api) {
    return before(api, "");
  }

  private static EdgeFixture before(ScriptedEngine api, String overrides) {
    return new EdgeFixture(
        "edge-limits.max-relayed-body-size = 1 MiB\n" + overrides,
        Authenticator.OPEN,
        Optional.of(
            new EdgeServer.Inner(new InetSocketAddress("127.0.0.1", api.port()), "secret")));
  }

  @Test
  void passesRequestsAndAnswersOn() {
    try (ScriptedEngine api =
            ScriptedEngine.start(
                (seen, wire) ->
                    wire.raw(
                        "HTTP/1.1 201 Made\r\nContent-Length: 2\r\nX-Own: 1\r\n"
                            + "Keep-Alive: 5\r\n\r\nok"));
        EdgeFixture fixture = before(api)) {
      HttpResponse<String> answer =
          fixture.post(
              "/v1//deployments?x=%20y",
              "{\"a\":1}",
              "x-remuda-relay",
              "forged",
              "authorization",
              "Bearer k",
              "x-forwarded-for",
              "8.8.8.8",
              "x-request-id",
              "mine");

      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.headers().firstValue("x-own")).hasValue("1");
      assertThat(answer.headers().firstValue("keep-alive")).isEmpty();
      assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine");
      ScriptedEngine.Seen seen = api.seen().get(0);
      assertThat(seen.path()).isEqualTo("/v1/deployments?x=%20y");
      assertThat(seen.body()).isEqualTo("{\"a\":1}");
      assertThat(seen.headers())
          .containsEntry("x-remuda-relay", "secret")
          .containsEntry("authorization", "Bearer k")
          .containsEntry("x-forwarded-for", "127.0.0.1")
          .containsEntry("x-request-id", "mine");
    }
  }

  @Test
  void neitherHoldsNorCutsAnEventStream() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine api =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("one");
                  goOn.await();
                  wire.event("two");
                  wire.end();
                });
        EdgeFixture fixture = before(api);
        Wire client = fixture.wire()) {
      client.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n").until("data: one\n\n");
      goOn.countDown();
      client.until("data: two\n\n");
      client.until("0\r\n\r\n");
    }
  }

  @Test
  void endsTheInnerRequestWhenTheClientGoes() throws IOException {
    try (ScriptedEngine api =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("one");
                  wire.awaitDeparture(SOON);
                });
        EdgeFixture fixture = before(api)) {
      try (Wire client = fixture.wire()) {
        client.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n").until("data: one\n\n");
      }
      Eventually.isTrue("the API was told", SOON, () -> api.departed() == 1);
    }
  }

  @Test
  void letsABrokenAnswerLookBroken() throws IOException {
    try (ScriptedEngine api =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("one");
                  wire.cut();
                });
        EdgeFixture fixture = before(api);
        Wire client = fixture.wire()) {
      String all = client.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n").untilClosed(SOON);

      assertThat(all).contains("data: one").doesNotContain("0\r\n\r\n");
    }
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    try (ScriptedEngine api = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        EdgeFixture fixture = before(api)) {
      assertThat(fixture.post("/v1/tasks", "x".repeat(1_100_000)).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void closesAfterABodyThatWasDeclaredTooLarge() throws IOException {
    try (ScriptedEngine api = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        EdgeFixture fixture = before(api);
        Wire client = fixture.wire()) {
      String answer = client.post("/v1/tasks", "x".repeat(1_100_000)).untilClosed(SOON);

      assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
      assertThat(api.seen()).isEmpty();
    }
  }

  @Test
  void waitsNoLongerThanTheIdleTimeForABodyThatWasDeclaredTooLarge() throws IOException {
    try (ScriptedEngine api = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        EdgeFixture fixture = before(api, "edge-limits.idle-timeout = 1s");
        Wire client = fixture.wire()) {
      client.send("POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");

      assertThat(client.untilClosed(SOON)).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void waitsNoLongerThanTheBodyTimeForABodyThatDoesNotCome() throws IOException {
    try (ScriptedEngine api = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        EdgeFixture fixture = before(api, "edge-limits.body-timeout = 1s");
        Wire client = fixture.wire()) {
      client.send("POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{");

      assertThat(client.untilClosed(SOON)).isEmpty();
    }
  }

  @Test
  void closesAConnectionOnWhichNothingFollowsARefusal() throws IOException {
    ScriptedEngine gone = ScriptedEngine.start((seen, wire) -> wire.cut());
    gone.close();
    try (EdgeFixture fixture = before(gone, "edge-limits.idle-timeout = 1s");
        Wire client = fixture.wire()) {
      client.send("POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n");

      assertThat(client.untilClosed(SOON)).startsWith("HTTP/1.1 503");
    }
  }

  @Test
  void letsTheApiThinkLongerThanABodyMayTake() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    try (ScriptedEngine api =
            ScriptedEngine.start(
                (seen, wire) -> {
                  never.await(3, TimeUnit.SECONDS);
                  wire.json(200, "{}");
                });
        EdgeFixture fixture = before(api, "edge-limits.body-timeout = 1s");
        Wire client = fixture.wire()) {
      assertThat(client.post("/v1/tasks", "{}").until("{}")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void answersBodilessRequestsAndAnswers() {
    try (ScriptedEngine api =
            ScriptedEngine.start((seen, wire) -> wire.raw("HTTP/1.1 204 None\r\n\r\n"));
        EdgeFixture fixture = before(api)) {
      assertThat(fixture.get("/health").statusCode()).isEqualTo(204);
      assertThat(fixture.get("/health").statusCode()).isEqualTo(204);
    }
  }

  @Test
  void says503WhenTheApiIsAway() {
    ScriptedEngine gone = ScriptedEngine.start((seen, wire) -> wire.cut());
    gone.close();
    try (EdgeFixture fixture = before(gone)) {
      assertThat(fixture.get("/v1/models").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void says404WhereNoApiIs() {
    try (EdgeFixture fixture = new EdgeFixture()) {
      assertThat(fixture.get("/v1/models").statusCode()).isEqualTo(404);
    }
  }
}
