package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deployment that is changed while clients use it: registry, machine and gateway in one JVM. */
@Timeout(240)
final class UpdatedUnderRequestsTest {

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int CLIENTS = 3;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path data;
  private static NodeHome home;
  private static AllInOne all;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data", data.toString(),
                    "remuda.gateway.port", FreePort.next())));
    home = NodeHome.open(config);
    all = AllInOne.start(home, config, sentence -> {});
    all.awaitReady(key -> {});
  }

  @AfterAll
  static void stop() {
    all.close();
    home.close();
  }

  @Test
  void noRequestFailsWhileTheNewVersionTakesTheOldOnesPlace() throws Exception {
    deploy("rolling", "demo", 4, Optional.empty());
    awaitServing("rolling", 4);
    String before = instances("rolling");

    try (Clients clients = new Clients("rolling")) {
      clients.awaitAnswers(2 * CLIENTS);
      deploy("rolling", "demo", 6, Optional.of("*"));
      awaitServing("rolling", 6);
      clients.awaitAnswers(2 * CLIENTS);

      assertThat(clients.failures).isEmpty();
    }
    assertThat(instances("rolling")).isNotEqualTo(before);
    assertThat(stage("rolling")).isEqualTo("NONE");
  }

  @Test
  void aVersionThatCannotServeLeavesTheOldOneServingAndIsTakenBack() throws Exception {
    deploy("lasting", "demo", 4, Optional.empty());
    awaitServing("lasting", 4);
    String before = instances("lasting");

    try (Clients clients = new Clients("lasting")) {
      deploy("lasting", "nosuch", 4, Optional.of("*"));
      Eventually.isTrue(
          "it says why the new version is not there",
          LIMIT,
          () ->
              json("/v1/deployments/lasting/rollout")
                  .path("reason")
                  .asText()
                  .contains("no model of that name"));
      clients.awaitAnswers(2 * CLIENTS);
      assertThat(stage("lasting")).isEqualTo("ROLLING");

      assertThat(send("POST", "/v1/deployments/lasting/rollback", "").statusCode()).isEqualTo(202);
      awaitServing("lasting", 4);
      clients.awaitAnswers(2 * CLIENTS);

      assertThat(clients.failures).isEmpty();
    }
    assertThat(instances("lasting")).isEqualTo(before);
    HttpResponse<String> again = send("POST", "/v1/deployments/lasting/rollback", "");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(MAPPER.readTree(again.body()).at("/error/code").asText())
        .isEqualTo("rollout_conflict");
  }

  /**
   * Clients that ask one after the other, every second time for a stream, until they are closed.
   */
  private final class Clients implements AutoCloseable {
    private final String model;
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    private Clients(String model) {
      this.model = model;
      for (int i = 0; i < CLIENTS; i++) {
        threads.submit(this::ask);
      }
    }

    private void ask() {
      boolean stream = false;
      while (!threads.isShutdown()) {
        stream = !stream;
        String body =
            """
            {"model": "%s", "stream": %s, "max_tokens": 16,
             "messages": [{"role": "user", "content": "Tell me about horses"}]}
            """
                .formatted(model, stream);
        try {
          HttpResponse<String> answer = send("POST", "/v1/chat/completions", body);
          boolean whole = !stream || answer.body().endsWith("data: [DONE]\n\n");
          if (answer.statusCode() != 200 || !whole) {
            failures.add(answer.statusCode() + " " + answer.body());
          }
        } catch (IOException failure) {
          failures.add(failure.toString());
        } catch (InterruptedException over) {
          Thread.currentThread().interrupt();
          return;
        }
        answered.incrementAndGet();
      }
    }

    /** Waits for so many more answers. */
    private void awaitAnswers(int more) throws Exception {
      int enough = answered.get() + more;
      Eventually.isTrue("clients are answered", LIMIT, () -> answered.get() >= enough);
    }

    @Override
    public void close() throws InterruptedException {
      threads.shutdown();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void deploy(String name, String model, int slots, Optional<String> ifMatch)
      throws Exception {
    String body =
        "{\"engine\": \"jvm\", \"model\": \"%s\", \"slots\": %d, \"rollout\": {\"strategy\": \"surge\"}}"
            .formatted(model, slots);
    HttpResponse<String> answer =
        ifMatch.isPresent()
            ? send("PUT", "/v1/deployments/" + name, body, "if-match", ifMatch.get())
            : send("PUT", "/v1/deployments/" + name, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  /** Ready, and every instance is of the version with so many slots. */
  private void awaitServing(String name, int slots) throws Exception {
    Eventually.isTrue(
        name + " serves with " + slots + " slots",
        LIMIT,
        () -> {
          JsonNode deployment = json("/v1/deployments/" + name);
          return deployment.path("phase").asText().equals("READY")
              && deployment.path("instances").size() == 1
              && deployment.at("/instances/0/slots").asInt() == slots
              && json("/v1/models/" + name).at("/instances/ready").asInt() == 1;
        });
  }

  private String instances(String name) throws Exception {
    return json("/v1/deployments/" + name).at("/instances/0/instance").asText();
  }

  private String stage(String name) throws Exception {
    return json("/v1/deployments/" + name + "/rollout").path("stage").asText();
  }

  private JsonNode json(String path) throws Exception {
    return MAPPER.readTree(send("GET", path, "").body());
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(all.url() + path))
            .timeout(Duration.ofSeconds(60))
            .header("content-type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
