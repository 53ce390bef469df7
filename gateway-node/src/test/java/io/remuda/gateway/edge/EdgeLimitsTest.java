package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the public port refuses, and that nothing of it reaches an engine. */
class EdgeLimitsTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\"}";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
  private EdgeFixture fixture = new EdgeFixture();

  @BeforeEach
  void offer() {
    fixture.ready("bench-1", front.port());
  }

  @AfterEach
  void close() {
    fixture.close();
    front.close();
  }

  private void with(String overrides) {
    fixture.close();
    fixture = new EdgeFixture(overrides, Authenticator.OPEN, Optional.empty());
    offer();
  }

  @Test
  void refusesABodyThatIsDeclaredTooLarge() throws IOException {
    try (Wire client = fixture.wire()) {
      String answer =
          client
              .send(
                  "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n{\"mod")
              .until("\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 413");
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void refusesABodyThatTurnsOutTooLarge() throws IOException {
    with("edge-limits.max-body-size = 100 KiB");
    try (Wire client = fixture.wire()) {
      client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      String block = "x".repeat(0x4000);
      for (int i = 0; i < 8; i++) {
        client.send("4000\r\n" + block + "\r\n");
      }

      assertThat(client.until("too_large")).startsWith("HTTP/1.1 413");
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void takesABodyAtTheLimitInManyPieces() throws IOException {
    String body = "{\"model\":\"bench\",\"x\":\"" + "y".repeat(4_000_000) + "\"}";

    assertThat(fixture.post(CHAT, body).statusCode()).isEqualTo(200);
    assertThat(front.seen().get(0).body()).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 17\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 17\r\nContent-Length: 18\r\n",
        "Content-Length: +17\r\n",
        "Content-Length: 17, 17\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Host: other\r\nContent-Length: 17\r\n",
        "Content-Length : 17\r\n",
        "X: a\nContent-Length: 17\r\n"
      })
  void refusesRequestsThatTwoServersWouldReadDifferently(String headers) throws IOException {
    try (Wire client = fixture.wire()) {
      String answer =
          client
              .send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + BODY)
              .untilClosed(SOON);

      assertThat(answer).startsWith("HTTP/1.1 400");
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void refusesARequestWithoutAHost() throws IOException {
    try (Wire client = fixture.wire()) {
      assertThat(client.send("GET /health HTTP/1.1\r\n\r\n").untilClosed(SOON))
          .startsWith("HTTP/1.1 400")
          .contains("Host");
    }
  }

  @Test
  void refusesHeadersThatAreTooLarge() throws IOException {
    try (Wire client = fixture.wire()) {
      String answer =
          client
              .send("GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")
              .untilClosed(SOON);

      assertThat(answer).startsWith("HTTP/1.1 431").contains("headers_too_large");
    }
  }

  @Test
  void cutsAClientThatDripsItsHeader() throws IOException {
    with("edge-limits.header-timeout = 1s");
    try (Wire client = fixture.wire()) {
      client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nX: ");

      assertThat(client.untilClosed(SOON)).isEmpty();
    }
  }

  @Test
  void tellsAClientThatDripsItsBody() throws IOException {
    with("edge-limits.body-timeout = 1s");
    try (Wire client = fixture.wire()) {
      client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{");

      assertThat(client.untilClosed(SOON)).startsWith("HTTP/1.1 408").contains("request_timeout");
    }
  }

  @Test
  void closesAConnectionOnWhichNothingFollows() throws IOException {
    with("edge-limits.idle-timeout = 1s");
    try (Wire client = fixture.wire()) {
      client.post(CHAT, BODY).until("{}");

      client.untilClosed(SOON);
    }
  }

  @Test
  void servesRequestAfterRequestOnOneConnection() throws IOException {
    try (Wire client = fixture.wire()) {
      for (int i = 0; i < 5; i++) {
        client.post(CHAT, BODY, "x-request-id: n" + i).until("x-request-id: n" + i);
      }
      client.post(CHAT, BODY);
      client.post(CHAT, BODY, "x-request-id: last").until("x-request-id: last");
    }
    Eventually.isTrue("all arrived", SOON, () -> front.seen().size() == 7);
  }

  @Test
  void answersExpectContinue() throws IOException {
    try (Wire client = fixture.wire()) {
      client.send(
          "POST "
              + CHAT
              + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n");
      client.until("HTTP/1.1 100");
      client.send(BODY).until("HTTP/1.1 200");
    }
  }

  @Test
  void closesConnectionsBeyondTheLimit() throws IOException {
    with("edge-limits.max-connections = 2");
    List<Wire> open = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Wire client = fixture.wire();
        open.add(client);
        client.post(CHAT, BODY).until("{}");
      }
      try (Wire third = fixture.wire()) {
        assertThat(third.untilClosed(SOON)).isEmpty();
      }
      assertThat(fixture.edge.connections()).isEqualTo(2);
    } finally {
      for (Wire client : open) {
        client.close();
      }
    }
    Eventually.isTrue("closed ones do not count", SOON, () -> fixture.edge.connections() == 0);
  }

  @Test
  void refusesWhatIsNoJsonAndSaysWhere() {
    HttpResponse<String> answer = fixture.post(CHAT, "{\"model\":\"bench\",\n oops}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid_json").contains("line 2");
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void refusesABodyInAnEncoding() {
    assertThat(fixture.post(CHAT, BODY, "content-encoding", "gzip").statusCode()).isEqualTo(415);
  }

  @Test
  void saysHowAModelIsCalled() {
    HttpResponse<String> answer = fixture.get(CHAT);

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.body()).contains("POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions/",
        "/v1/%63hat/completions"
      })
  void toleratesTheSlashesThatClientsPutIn(String path) throws IOException {
    try (Wire client = fixture.wire()) {
      assertThat(client.post(path, BODY).until("{}")).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/../v1/chat/completions", "/v1/%2e%2e/x", "/v1%2fx", "/v1/%zz"})
  void refusesPathsThatClimb(String path) throws IOException {
    try (Wire client = fixture.wire()) {
      assertThat(client.post(path, BODY).until("\r\n\r\n")).startsWith("HTTP/1.1 400");
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void asksTheAuthenticatorBeforeItReadsABody() {
    fixture.close();
    fixture =
        new EdgeFixture(
            "",
            (token, endpoint) ->
                token.equals("good")
                    ? Authenticator.Decision.allowed("k1", model -> !model.equals("hidden"))
                    : Authenticator.Decision.refused(
                        Refused.of(ErrorCode.UNAUTHENTICATED, "send a key")),
            Optional.empty());
    offer();
    fixture.ready("hidden-1", front.port());
    fixture.routes.warm();

    assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(401);
    assertThat(fixture.post(CHAT, BODY, "authorization", "Bearer bad").statusCode()).isEqualTo(401);
    assertThat(fixture.post(CHAT, BODY, "authorization", "Bearer good").statusCode())
        .isEqualTo(200);
    assertThat(fixture.post(CHAT, BODY, "x-api-key", "good").statusCode()).isEqualTo(200);
    HttpResponse<String> hidden = fixture.post(CHAT, "{\"model\":\"hidden\"}", "x-api-key", "good");
    assertThat(hidden.statusCode()).isEqualTo(404);
    assertThat(hidden.body()).contains("there is: bench\"").doesNotContain("hidden-");
  }

  @Test
  void cutsAClientThatReadsNothing() throws IOException {
    fixture.close();
    fixture =
        new EdgeFixture("edge-limits.stall-timeout = 1s", Authenticator.OPEN, Optional.empty());
    String block = "x".repeat(64 * 1024);
    try (ScriptedEngine flood =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  while (true) {
                    wire.chunk(block);
                  }
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", flood.port());
      client.post(CHAT, "{\"model\":\"bench\",\"stream\":true}").until("\r\n\r\n");

      Eventually.isTrue("the engine is free", SOON, () -> flood.departed() == 1);
      Eventually.isTrue("the client is cut", SOON, () -> fixture.edge.connections() == 0);
    }
  }

  @Test
  void letsAStreamUnderWayFinishWhenItCloses() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine slow =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("one");
                  goOn.await();
                  wire.done();
                });
        EdgeFixture closing = new EdgeFixture();
        Wire client = closing.wire()) {
      closing.ready("bench-1", slow.port());
      client.post(CHAT, "{\"model\":\"bench\",\"stream\":true}").until("one");

      var closed = closing.edge.close();
      goOn.countDown();

      client.until("[DONE]");
      closed.toCompletableFuture().join();
    }
  }
}
