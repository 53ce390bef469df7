package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.deploy.moves.SmallFleet;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deployment that sleeps when nobody asks for it, with all that is between client and engine. */
@Tag("slow")
@Timeout(300)
final class WakeTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int REQUESTS = 50;

  @TempDir private static Path folder;
  private static SmallFleet fleet;
  private static String second;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    fleet = SmallFleet.start(folder, Map.of("remuda.gateway.tasks.depth-pause", "1s"), Map.of());
    second = fleet.addGateway(Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    fleet.close();
  }

  @Test
  void fiftyRequestsAtTwoGatewaysForASleepingModelStartItOnceAndAreAllAnswered() throws Exception {
    deploy("sleeper", 2);
    asleep("sleeper");
    for (String gateway : List.of(fleet.url(), second)) {
      Eventually.isTrue(
          "each gateway lists it",
          LIMIT,
          () -> json(gateway, "/v1/models").toString().contains("sleeper"));
    }

    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      answers.add(
          client.sendAsync(
              request(
                  i % 2 == 0 ? fleet.url() : second,
                  "POST",
                  "/v1/models/sleeper/predict",
                  "{\"text\": \"I love this\"}"),
              HttpResponse.BodyHandlers.ofString()));
    }

    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(200);
    }
    assertThat(json("/v1/deployments/sleeper/events").path("data"))
        .filteredOn(event -> event.path("kind").asText().equals("Autoscaled"))
        .filteredOn(event -> event.path("details").path("from").asText().equals("0"))
        .hasSize(1);
  }

  @Test
  void aTaskWakesItToo() throws Exception {
    deploy("worker", 2);
    asleep("worker");

    String id =
        MAPPER
            .readTree(send("POST", "/v1/models/worker/tasks", "{\"text\": \"I love this\"}").body())
            .path("id")
            .asText();

    Eventually.isTrue(
        "the task is done",
        LIMIT,
        () -> json("/v1/tasks/" + id).path("state").asText().equals("DONE"));
  }

  @Test
  void whatAnOperatorStoppedStaysStopped() throws Exception {
    deploy("stopped", 600);
    send("POST", "/v1/deployments/stopped/scale", "{\"replicas\": 0}");
    Eventually.isTrue(
        "it is stopped",
        LIMIT,
        () -> json("/v1/deployments/stopped").path("phase").asText().equals("STOPPED"));
    Eventually.isTrue(
        "its gateway knows", LIMIT, () -> !json("/v1/models").toString().contains("\"stopped\""));

    HttpResponse<String> answer =
        send("POST", "/v1/models/stopped/predict", "{\"text\": \"I love this\"}");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("scaled to zero");
  }

  private void deploy(String name, int idleSeconds) throws Exception {
    HttpResponse<String> answer =
        send(
            "PUT",
            "/v1/deployments/" + name + "?wait=60",
            "{\"engine\": \"jvm\", \"model\": \"sentiment\", \"scaling\": {\"min\": 0, \"max\": 1,"
                + " \"idleAfterSeconds\": "
                + idleSeconds
                + "}}");
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201, 202);
  }

  private void asleep(String name) {
    Eventually.isTrue(
        name + " sleeps",
        LIMIT,
        () -> {
          JsonNode deployment = json("/v1/deployments/" + name);
          return deployment.path("reason").asText().contains("asleep")
              && deployment.path("instances").isEmpty();
        });
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    return json(fleet.url(), path);
  }

  private JsonNode json(String gateway, String path) throws IOException, InterruptedException {
    return MAPPER.readTree(
        client
            .send(request(gateway, "GET", path, ""), HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        request(fleet.url(), method, path, body), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(String gateway, String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(gateway + path))
        .timeout(Duration.ofSeconds(90))
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .method(method, HttpRequest.BodyPublishers.ofString(body))
        .build();
  }
}
