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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two models that want one place, with all that is between client and engine. */
@Tag("slow")
@Timeout(300)
final class SwapTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SWAPS = 4;
  private static final int REQUESTS = 5;

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
                    "remuda.node.data",
                    data.toString(),
                    "remuda.gateway.port",
                    FreePort.next(),
                    "remuda.registry.evict.idle",
                    "200ms",
                    "remuda.launch.demo",
                    "off")));
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
  void twoThatTakeTurnsAnswerEveryRequestAndNeverClaimMoreThanThereIs() throws Exception {
    Eventually.isTrue(
        "the machine is there", LIMIT, () -> !json("/v1/machines").path("data").isEmpty());
    long most = json("/v1/machines").path("data").path(0).path("memoryTotalMiB").asLong();
    assertThat(most).isPositive();
    deploy("left", most);
    ready("left");
    deploy("right", most);
    Eventually.isTrue(
        "its gateway knows that it may have room made",
        LIMIT,
        () -> json("/v1/models").toString().contains("\"right\""));

    for (int swap = 0; swap < SWAPS; swap++) {
      String model = swap % 2 == 0 ? "right" : "left";
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        answers.add(
            client.sendAsync(
                request("POST", "/v1/models/" + model + "/predict", "{\"text\": \"I love this\"}"),
                HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.join().statusCode())
            .as("swap %d: %s", swap, answer.join().body())
            .isEqualTo(200);
      }
    }

    List<JsonNode> story = story();
    assertThat(story).filteredOn(event -> isOf(event, "GaveWay")).hasSize(SWAPS);
    assertOneAtATime(story);
  }

  /** Nothing was placed before what had the place was gone: by the journal's order. */
  private static void assertOneAtATime(List<JsonNode> story) {
    Optional<String> there = Optional.empty();
    for (JsonNode event : story) {
      String instance = event.path("details").path("instance").asText();
      if (isOf(event, "InstanceAssigned")) {
        assertThat(there).as("what is there as %s is placed", instance).isEmpty();
        there = Optional.of(instance);
      } else if (isOf(event, "InstanceEnded")) {
        assertThat(there).hasValue(instance);
        there = Optional.empty();
      }
    }
  }

  /** What became of both, in the journal's order. */
  private List<JsonNode> story() throws IOException, InterruptedException {
    List<JsonNode> story = new ArrayList<>();
    for (String name : List.of("left", "right")) {
      json("/v1/deployments/" + name + "/events").path("data").forEach(story::add);
    }
    story.sort(Comparator.comparingLong(event -> event.path("id").asLong()));
    return story;
  }

  private static boolean isOf(JsonNode event, String kind) {
    return event.path("kind").asText().equals(kind);
  }

  /** One that needs two thirds of the machine, with one replica that it does not scale. */
  private void deploy(String name, long machineMiB) throws Exception {
    HttpResponse<String> answer =
        send(
            "PUT",
            "/v1/deployments/" + name,
            "{\"engine\": \"jvm\", \"model\": \"sentiment\", \"resources\": {\"memoryMiB\": "
                + machineMiB * 2 / 3
                + "}}");
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201, 202);
  }

  private void ready(String name) {
    Eventually.isTrue(
        name + " is ready",
        LIMIT,
        () -> json("/v1/deployments/" + name).path("phase").asText().equals("READY"));
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(send("GET", path, "").body());
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return client.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(all.url() + path))
        .timeout(Duration.ofSeconds(90))
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .method(method, HttpRequest.BodyPublishers.ofString(body))
        .build();
  }
}
