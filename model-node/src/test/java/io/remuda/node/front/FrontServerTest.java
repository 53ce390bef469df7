package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The machine's door over HTTP. */
class FrontServerTest {

  private static final String KEY = "cluster-key";
  private static final InstanceId ID = InstanceId.of("bench-1");
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Hosted hosted = new Hosted();
  private final Front front = new Front(hosted, Instances.settings(), new KamonFrontMetrics());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int port;

  @BeforeEach
  void open() {
    port =
        FrontServer.start(front, new Shown(), KEY, "127.0.0.1", 0)
            .toCompletableFuture()
            .join()
            .port();
  }

  @AfterEach
  void close() {
    front.close().toCompletableFuture().join();
  }

  @Test
  void letsNobodyInWithoutTheClustersKey() throws Exception {
    assertThat(get("/internal/routes", "").statusCode()).isEqualTo(401);
    assertThat(get("/internal/routes", "cluster-kez").statusCode()).isEqualTo(401);
    assertThat(get("/i/bench-1/v1/models", "").statusCode()).isEqualTo(401);
    assertThat(get("/internal/logs/bench-1", "").statusCode()).isEqualTo(401);
  }

  @Test
  void showsRoutesLogsMetricsAndItsHealth() throws Exception {
    assertThat(get("/internal/routes", KEY).body()).isEqualTo("{\"entries\":[]}");
    assertThat(get("/internal/logs/bench-1?tail=2", KEY).body()).isEqualTo("line 1\nline 2\n");
    assertThat(get("/internal/logs/bench-1?tail=x", KEY).body()).startsWith("line 1\n");
    assertThat(get("/internal/logs/bench-7", KEY).statusCode()).isEqualTo(404);
    assertThat(get("/internal/logs/..%2f", KEY).statusCode()).isEqualTo(404);
    assertThat(get("/metrics", "").body()).isEqualTo("metrics");
    assertThat(get("/health", "").statusCode()).isEqualTo(200);
    assertThat(get("/elsewhere", KEY).statusCode()).isEqualTo(404);
    assertThat(get("/i/nonsense", KEY).statusCode()).isEqualTo(404);
  }

  @Test
  void passesACallOnAndTheAnswerBack() throws Exception {
    Gate gate = Instances.gate(1, 0);
    try (ScriptedEngine engine =
        ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"a\":1}"))) {
      hosted.put(
          Instances.ready(
              ID,
              gate,
              new Upstream.Http(engine.base(), "bench", Map.of("authorization", "Bearer own"))));

      HttpResponse<String> answer = post("{\"model\":\"bench\"}");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"a\":1}");
      assertThat(answer.headers().firstValue("x-remuda-load")).hasValue("1");
      assertThat(engine.seen().get(0).headers())
          .containsEntry("authorization", "Bearer own")
          .doesNotContainKey("x-remuda-cluster-key");
      assertThat(gate.inFlight()).isZero();
    }
  }

  @Test
  void callsAnEngineByTheNameThatItKnows() throws Exception {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      hosted.put(
          Instances.ready(
              ID,
              Instances.gate(1, 0),
              new Upstream.Http(engine.base(), "org/Large \"x\"", Map.of())));

      post("{\"a\":[1.50,{\"model\":\"y\"}],\"model\":\"bench\",\"b\":\"ü\"}");

      assertThat(engine.seen().get(0).body())
          .isEqualTo(
              "{\"a\":[1.50,{\"model\":\"y\"}],\"model\":\"org/Large \\\"x\\\"\",\"b\":\"ü\"}");
    }
  }

  @Test
  void passesOnWhatIsTooLargeToHold() throws Exception {
    String large = "\"" + "y".repeat(300_000) + "\"";
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, large))) {
      hosted.put(Instances.ready(ID, Instances.gate(1, 0), engine.base()));

      assertThat(post("{}").body()).isEqualTo(large);
    }
  }

  @Test
  void letsAnAnswerBeTriedElsewhereOfWhichNothingLeft() throws Exception {
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half");
              wire.cut();
            })) {
      hosted.put(Instances.ready(ID, Instances.gate(1, 0), engine.base()));

      HttpResponse<String> answer = post("{}");

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.headers().firstValue("x-remuda-refused")).hasValue("engine_gone");
      assertThat(answer.headers().firstValue("x-remuda-retry")).hasValue("true");
    }
  }

  @Test
  void refusesABodyThatIsTooLarge() throws Exception {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      hosted.put(Instances.ready(ID, Instances.gate(1, 0), engine.base()));

      HttpResponse<String> answer = post("x".repeat((8 << 20) + 1));

      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.headers().firstValue("x-remuda-refused")).hasValue("too_large");
      assertThat(engine.seen()).isEmpty();
    }
  }

  @Test
  void letsARequestWaitInTheGatesQueueAndThenServesIt() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Gate gate = Instances.gate(1, 1);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              goOn.await();
              wire.json(200, "{}");
            })) {
      hosted.put(Instances.ready(ID, gate, engine.base()));
      CompletableFuture<HttpResponse<String>> first = postLater();
      Eventually.isTrue("the slot is taken", SOON, () -> engine.seen().size() == 1);
      CompletableFuture<HttpResponse<String>> second = postLater();
      Eventually.isTrue("one waits", SOON, () -> gate.queued() == 1);

      HttpResponse<String> third = post("{}");

      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("x-remuda-retry")).hasValue("true");
      goOn.countDown();
      assertThat(first.join().statusCode()).isEqualTo(200);
      assertThat(second.join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void leavesTheQueueWithItsClient() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Gate gate = Instances.gate(1, 1);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              goOn.await();
              wire.json(200, "{}");
            })) {
      hosted.put(Instances.ready(ID, gate, engine.base()));
      CompletableFuture<HttpResponse<String>> first = postLater();
      Eventually.isTrue("the slot is taken", SOON, () -> engine.seen().size() == 1);
      CompletableFuture<HttpResponse<String>> second = postLater();
      Eventually.isTrue("one waits", SOON, () -> gate.queued() == 1);

      second.cancel(true);

      Eventually.isTrue("nobody waits", SOON, () -> gate.queued() == 0);
      goOn.countDown();
      assertThat(first.join().statusCode()).isEqualTo(200);
      Eventually.isTrue("the slot is free", SOON, () -> gate.inFlight() == 0);
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @Test
  void refusesWhereTheGateIsClosedOrNothingRuns() throws Exception {
    Gate closed = new Gate(1, 0);
    hosted.put(Instances.ready(ID, closed, URI.create("http://127.0.0.1:1")));
    assertThat(post("{}").headers().firstValue("x-remuda-refused")).hasValue("model_not_ready");

    hosted.put(Instances.ready(ID, Instances.gate(1, 0), new Upstream.Absent()));
    assertThat(post("{}").headers().firstValue("x-remuda-refused")).hasValue("model_not_ready");
  }

  @Test
  void letsWorkersInByTheirOwnKeysButNoWebPageAndNothingTooLarge() throws Exception {
    assertThat(join("{}", "").statusCode()).isEqualTo(201);
    assertThat(join("{}", "").body()).isEqualTo("{\"seen\":\"POST /v1/instances {}\"}\n");
    assertThat(join("{}", "http://evil.example").statusCode()).isEqualTo(403);
    assertThat(join("x".repeat(WorkerCalls.MOST_BYTES + 1), "").statusCode()).isEqualTo(413);
  }

  private HttpResponse<String> join(String body, String origin) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/instances"))
            .timeout(SOON)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!origin.isEmpty()) {
      request.header("origin", origin);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path, String key)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(SOON);
    if (!key.isEmpty()) {
      request.header("x-remuda-cluster-key", key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest call(String body) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port + "/i/bench-1/v1/chat/completions"))
        .timeout(SOON)
        .header("x-remuda-cluster-key", KEY)
        .header("x-remuda-model", "bench")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return client.send(call(body), HttpResponse.BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> postLater() {
    return client.sendAsync(call("{}"), HttpResponse.BodyHandlers.ofString());
  }

  private static final class Shown implements FrontServer.Pages {
    @Override
    public String routes() {
      return "{\"entries\":[]}";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return instance.equals(ID) ? Optional.of(List.of("line 1", "line 2")) : Optional.empty();
    }

    @Override
    public String metrics() {
      return "metrics";
    }

    @Override
    public WorkerCalls workers() {
      return call ->
          CompletableFuture.completedStage(
              new WorkerCalls.Answer(
                  201, "{\"seen\":\"%s %s\"}".formatted(call.toString(), call.body())));
    }
  }
}
