package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineProbeTest {
  private Bench bench = new Bench();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private volatile String models = "{\"data\":[{\"id\":\"m\"}]}";
  private volatile int status = 200;
  private HttpServer server = serve();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    bench.close();
  }

  @Test
  void aRemoteServerIsReadyWhenItNamesTheModelAndGetsItsKey() throws Exception {
    Readiness readiness = remote(Bench.LIMIT);

    assertThat(readiness).isInstanceOf(Readiness.Ready.class);
    assertThat(keys).containsOnly("Bearer k");
  }

  @Test
  void saysWhatTheLastAnswerWasWhenTheTimeIsUp() throws Exception {
    models = "{\"data\":[{\"id\":\"other\"}]}";

    assertThatItGivesUpOver("/v1/models does not name m but [other]");
  }

  @Test
  void passesOnWhatAServerSaysOfItsFailure() throws Exception {
    status = 503;
    models = "{\"error\":{\"message\":\"Loading model\"}}";

    Readiness readiness =
        Bench.await(
            bench.probe.once(
                EngineProfiles.builtIn().get("remote"),
                Endpoint.CHAT,
                target(),
                Optional.empty(),
                Bench.LIMIT));

    assertThat(((Readiness.NotReady) readiness).reason())
        .contains("/v1/models answered 503: Loading model");
  }

  @Test
  void givesUpOnAServerThatTakesTheConnectionAndNeverAnswers() throws Exception {
    bench.close();
    bench = new Bench("remuda.node.engine.probe-limit = 500ms");
    models = "";

    assertThatItGivesUpOver("timed out");
  }

  /** Where the machine stood still until the time was up, nothing had been seen yet. */
  private void assertThatItGivesUpOver(String reason) {
    Eventually.passes(
        "it gives up over " + reason,
        Bench.LIMIT,
        () ->
            assertThat(((Readiness.NotReady) remote(Duration.ofSeconds(3))).reason())
                .contains(reason));
  }

  private Readiness remote(Duration limit) throws Exception {
    return Bench.await(
        bench.probe.awaitReady(
            EngineProfiles.builtIn().get("remote"),
            Endpoint.CHAT,
            target(),
            Optional.empty(),
            limit));
  }

  private EngineTarget target() {
    return new EngineTarget(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        "m",
        Map.of("authorization", "Bearer k"));
  }

  private HttpServer serve() {
    try {
      HttpServer created = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      created.createContext(
          "/v1/models",
          exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("authorization")));
            if (models.isEmpty()) {
              // Never answered.
              return;
            }
            byte[] body = models.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      return created;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
