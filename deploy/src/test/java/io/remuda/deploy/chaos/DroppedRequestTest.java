package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client whose first gateway drops every request, and whose other one answers. */
class DroppedRequestTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final Recorder recorder = new Recorder();
  private final Broken broken = new Broken();
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private ServerSocket dropping;
  private HttpServer answering;

  @BeforeEach
  void start() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    dropping = new ServerSocket(0, 50, here);
    Thread drops = new Thread(this::drop, "drops");
    drops.setDaemon(true);
    drops.start();
    answering = HttpServer.create(new InetSocketAddress(here, 0), 0);
    answering.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body =
              "data: {\"choices\":[]}\n\ndata: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    answering.start();
  }

  /** Takes what comes and says nothing. */
  private void drop() {
    while (!dropping.isClosed()) {
      try (Socket client = dropping.accept()) {
        client.getInputStream().read();
      } catch (IOException ended) {
        // The client, or this test.
      }
    }
  }

  @AfterEach
  void stop() throws IOException {
    dropping.close();
    answering.stop(0);
    timers.shutdownNow();
  }

  @Test
  void isAskedAgainElsewhereWhileItsGatewayIsBroken() {
    broken.begins(Set.of("drops"), recorder.now());

    Request first = first();

    assertThat(first.outcome()).isEqualTo(Outcome.ANSWERED);
    assertThat(first.gateway()).isEqualTo("answers");
  }

  @Test
  void isCountedWhereNothingIsBroken() {
    Request first = first();

    assertThat(first.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(first.firstByte()).isEmpty();
    assertThat(first.gateway()).isEqualTo("drops");
    assertThat(recorder.quoted(first.id())).isPresent();
  }

  @Test
  void isCountedWhereSomethingElseIsBroken() {
    broken.begins(Set.of("answers", "model-1"), recorder.now());

    assertThat(first().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void isCountedOnceItsGatewayIsWellAgain() {
    broken.begins(Set.of("drops"), recorder.now());
    broken.heals(recorder.now());

    assertThat(first().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void wasBegunWhileItsGatewayWasBroken() {
    Duration before = recorder.now();
    broken.begins(Set.of("drops"), recorder.now());
    broken.heals(recorder.now());
    broken.begins(Set.of("another"), recorder.now());

    assertThat(broken.since(before, "drops")).isTrue();
    assertThat(broken.since(recorder.now(), "drops")).isFalse();
    assertThat(broken.since(recorder.now(), "another")).isTrue();
  }

  /** What became of the first request of a client that asks the one that drops first. */
  private Request first() {
    Entrance entrance =
        new Entrance(
            List.of(
                new Entrance.Gateway("drops", url(dropping.getLocalPort())),
                new Entrance.Gateway("answers", url(answering.getAddress().getPort()))),
            "key",
            broken);
    try (Client client =
        new Client(
            "client", entrance, 0, Duration.ofMillis(50), SOON, Duration.ZERO, recorder, timers)) {
      return Eventually.find(
          "a request has ended", SOON, () -> recorder.since(Request.class).stream().findFirst());
    }
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }
}
