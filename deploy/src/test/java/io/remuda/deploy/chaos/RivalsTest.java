package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.deploy.check.Violation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two who want one name for different schemas, and fleets that give it to one of them or both. */
class RivalsTest {

  private final Recorder recorder = new Recorder();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean toBoth = new AtomicBoolean();
  private final AtomicInteger refusals = new AtomicInteger();
  private HttpServer gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.setExecutor(threads);
    gateway.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body = "{\"version\":3}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status(exchange.getRequestURI().getPath()), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    gateway.start();
  }

  private int status(String name) {
    if (refusals.getAndDecrement() > 0) {
      return 503;
    }
    return taken.add(name) || toBoth.get() ? 202 : 409;
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
    threads.shutdownNow();
  }

  @Test
  void oneOfThemGetsItHoweverOftenBothHaveToAsk() {
    refusals.set(3);

    assertThat(violations()).isEmpty();
    assertThat(recorder.since(SchemaAccepted.class)).hasSize(1);
  }

  @Test
  void aFleetThatGivesItToBothIsFound() {
    toBoth.set(true);

    assertThat(violations()).extracting(Violation::invariant).contains(Invariant.ONE_SCHEMA);
  }

  private List<Violation> violations() {
    String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
    try (Rivals rivals =
        new Rivals(
            List.of(new Door(List.of(url), "key"), new Door(List.of(url), "key")), recorder)) {
      rivals.contend();
    }
    return Checker.check(new History(recorder.since(Observation.class)), Limits.PROMISED).stream()
        // Nobody looked whether anything came to rest.
        .filter(violation -> violation.invariant() != Invariant.CONVERGES)
        .toList();
  }
}
