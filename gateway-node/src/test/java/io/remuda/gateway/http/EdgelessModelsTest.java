package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests of every dialect through akka-http alone: streamed whole, broken, left, and in line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EdgelessModelsTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  /** Far more than the 200 ms that are wanted: what is asserted must hold on a machine at work. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final String TALK = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
  private static final Set<String> CHAT = Set.of("/v1/chat/completions", "/v1/completions");

  /** What streams, and how each of them says that it is complete. */
  enum Dialect {
    CHAT("/v1/chat/completions", TALK, "text/event-stream", "data: [DONE]"),
    COMPLETIONS("/v1/completions", "\"prompt\":\"hi\"", "text/event-stream", "data: [DONE]"),
    RESPONSES("/v1/responses", "\"input\":\"hi\"", "text/event-stream", "response.completed"),
    MESSAGES("/v1/messages", "\"max_tokens\":9," + TALK, "text/event-stream", "message_stop"),
    OLLAMAS_CHAT("/api/chat", TALK, "application/x-ndjson", "\"done\":true"),
    OLLAMAS_GENERATE("/api/generate", "\"prompt\":\"hi\"", "application/x-ndjson", "\"done\":true");

    private final String path;
    private final String body;
    private final String type;
    private final String end;

    Dialect(String path, String body, String type, String end) {
      this.path = path;
      this.body = body;
      this.type = type;
      this.end = end;
    }

    private String asks(String model) {
      return asks(model, true);
    }

    private String asks(String model, boolean stream) {
      return "{\"model\":\"%s\",\"stream\":%s,%s}".formatted(model, stream, body);
    }
  }

  /** As a machine's front says it of an instance. */
  private static final String TAKEN =
      "HTTP/1.1 429 Busy\r\nx-remuda-refused: busy\r\nx-remuda-retry: true\r\n"
          + "Content-Length: 9\r\n\r\nall taken";

  private final BlockingQueue<Long> departed = new LinkedBlockingQueue<>();

  /** Ids of the requests that have had the one slot of {@code narrow}. */
  private final BlockingQueue<String> slotHad = new LinkedBlockingQueue<>();

  private final Semaphore slot = new Semaphore(1);
  private final ScriptedEngine engine = ScriptedEngine.start(this::work);
  private EdgelessFixture fixture;

  @BeforeAll
  void start() throws Exception {
    fixture = new EdgelessFixture("");
    for (String model : new String[] {"whole", "broken", "endless"}) {
      fixture.api.offers(model, engine.port(), 16, CHAT);
    }
    fixture.api.offers("narrow", engine.port(), 1, CHAT);
  }

  @AfterAll
  void close() throws Exception {
    fixture.close();
    engine.close();
  }

  /** Says Hello, or the first half of it. */
  private void work(ScriptedEngine.Seen request, ScriptedEngine.Wire wire) throws IOException {
    if (request.path().contains("narrow")) {
      workAlone(request, wire);
      return;
    }
    wire.events();
    piece(request, wire, "Hel");
    if (request.path().contains("broken")) {
      wire.cut();
    } else if (request.path().contains("whole")) {
      piece(request, wire, "lo");
      wire.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
      wire.done();
    } else {
      try {
        wire.awaitDeparture(SOON);
      } finally {
        departed.add(System.nanoTime());
      }
    }
  }

  /** Says nothing, and takes nobody else meanwhile. */
  private void workAlone(ScriptedEngine.Seen request, ScriptedEngine.Wire wire) throws IOException {
    if (!slot.tryAcquire()) {
      wire.raw(TAKEN);
      return;
    }
    slotHad.add(request.headers().getOrDefault("x-request-id", ""));
    try {
      wire.awaitDeparture(SOON);
    } finally {
      slot.release();
      departed.add(System.nanoTime());
    }
  }

  private static void piece(ScriptedEngine.Seen request, ScriptedEngine.Wire wire, String text)
      throws IOException {
    wire.event(
        request.path().endsWith("/chat/completions")
            ? "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}"
            : "{\"choices\":[{\"index\":0,\"text\":\"" + text + "\"}]}");
  }

  @ParameterizedTest
  @EnumSource
  void streamsToTheEnd(Dialect dialect) throws Exception {
    HttpResponse<String> answer =
        fixture.api.send("POST", dialect.path, dialect.asks("whole"), "Bearer any");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith(dialect.type);
    assertThat(answer.body()).contains("Hel", "\"lo\"").doesNotContain("\"error\":{");
    assertThat(last(answer.body())).contains(dialect.end);
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatBreaksEndsWithAnErrorAndNoEnd(Dialect dialect) throws Exception {
    HttpResponse<String> answer =
        fixture.api.send("POST", dialect.path, dialect.asks("broken"), "Bearer any");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(last(answer.body())).contains("error").contains("send the request again");
    assertThat(answer.body()).contains("Hel").doesNotContain(dialect.end);
  }

  /** The last line in which something stands. */
  private static String last(String body) {
    return Arrays.stream(body.split("\n", -1))
        .filter(line -> !line.isBlank())
        .reduce("", (before, line) -> line);
  }

  @ParameterizedTest
  @EnumSource
  void freesTheEngineInTheMiddleOfAStream(Dialect dialect) throws Exception {
    long left;
    try (Socket client = asked(dialect, "endless")) {
      until(client, "Hel");
      left = System.nanoTime();
    }

    assertThat(Duration.ofNanos(freed() - left)).isLessThan(LIMIT);
  }

  static Stream<Arguments> lines() {
    return Stream.of(Dialect.values())
        .flatMap(dialect -> Stream.of(true, false).map(stream -> Arguments.of(dialect, stream)));
  }

  @ParameterizedTest(name = "{0}, stream {1}")
  @MethodSource("lines")
  void oneThatWaitsForASlotAndGoesLeavesItsLineAndNeverReachesTheEngine(
      Dialect dialect, boolean stream) throws Exception {
    String body = dialect.asks("narrow", stream);
    String patient = "x-remuda-wait: 60\r\nx-request-id: ";
    try (Socket working = asked(dialect, body, patient + "works\r\n")) {
      assertThat(slotHad.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("works");
      long left;
      try (Socket waiting = asked(dialect, body, patient + "leaves\r\n")) {
        Eventually.isTrue("it waits", SOON, () -> fixture.api.waiting("narrow") == 1);
        left = System.nanoTime();
      }
      Eventually.isTrue("nobody waits", SOON, () -> fixture.api.waiting("narrow") == 0);
      assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(LIMIT);
    }
    assertThat(freed()).isPositive();

    // Were the other one still in line, it would be before this one.
    try (Socket next = asked(dialect, body, patient + "later\r\n")) {
      assertThat(slotHad.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("later");
    }
    assertThat(freed()).isPositive();
    assertThat(slotHad).isEmpty();
  }

  @Test
  void closesTheConnectionOfAClientThatEndsItsSide() throws Exception {
    try (Socket client = asked(Dialect.CHAT, "endless")) {
      until(client, "Hel");
      client.shutdownOutput();
      long left = System.nanoTime();

      assertThat(isClosed(client)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(LIMIT);
    }
    assertThat(freed()).isPositive();
  }

  private static boolean isClosed(Socket client) throws IOException {
    try {
      while (client.getInputStream().read() >= 0) {
        // What was under way.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  private long freed() throws InterruptedException {
    Long at = departed.poll(SOON.toSeconds(), TimeUnit.SECONDS);
    assertThat(at).as("the engine was told").isNotNull();
    return at == null ? 0 : at;
  }

  private Socket asked(Dialect dialect, String model) throws IOException {
    return asked(dialect, dialect.asks(model), "");
  }

  /**
   * @param headers further ones, each with its end of line
   */
  private Socket asked(Dialect dialect, String body, String headers) throws IOException {
    Socket socket = new Socket("127.0.0.1", fixture.api.port());
    socket.setSoTimeout((int) SOON.toMillis());
    socket
        .getOutputStream()
        .write(
            ("POST %s HTTP/1.1\r\nHost: x\r\n%s"
                    + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
                .formatted(dialect.path, headers, body.length(), body)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void until(Socket client, String mark) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(mark) < 0) {
      int next = client.getInputStream().read();
      assertThat(next).as("what was read: " + read).isNotNegative();
      read.append((char) next);
    }
  }
}
