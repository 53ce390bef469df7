package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.protocol.id.ModelName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether a fleet takes changes, told from whether it takes some. */
class ChangesTest {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Recorder recorder = new Recorder();
  private final AtomicInteger asked = new AtomicInteger();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer gateway;
  private Changes changes;

  /** Of the changes, those with a number up to this one are refused, and their names for good. */
  private volatile int refuse;

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.setExecutor(threads);
    gateway.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String name = exchange.getRequestURI().getPath();
          if (asked.incrementAndGet() <= refuse) {
            refused.add(name);
          }
          byte[] body = "{\"version\":3}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(refused.contains(name) ? 503 : 202, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    gateway.start();
    String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
    changes = new Changes(new Door(List.of(url), "key"), recorder);
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
    threads.shutdownNow();
  }

  @Test
  void areAcceptedWhereEachNameIs() {
    assertThat(changes.accepted(LONG)).hasValueSatisfying(at -> assertThat(at).isPositive());
    assertThat(recorder.since(DeploymentChanged.class))
        .hasSize(6)
        .allMatch(change -> change.change() == Change.DEPLOYED && change.version() == 3);
  }

  @Test
  void areNotAcceptedWhereOneNameStillIsNotAtTheEnd() {
    refuse = 1;

    assertThat(changes.accepted(SHORT)).isEmpty();
    assertThat(recorder.since(DeploymentChanged.class))
        .filteredOn(change -> change.change() == Change.UNSURE)
        .extracting(DeploymentChanged::model)
        .containsOnly(refusedName());
  }

  @Test
  void areNotAcceptedByAFleetThatRefusesAll() {
    refuse = Integer.MAX_VALUE;

    assertThat(changes.one()).isFalse();
    assertThat(changes.accepted(SHORT)).isEmpty();
  }

  private ModelName refusedName() {
    assertThat(refused).hasSize(1);
    String path = refused.iterator().next();
    return new ModelName(path.substring(path.lastIndexOf('/') + 1));
  }
}
