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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that joins a whole fleet over HTTP, with keys on. */
@Timeout(180)
final class ForeignWorkerTest {

  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path data;
  private static NodeHome home;
  private static AllInOne all;
  private static String admin = "";
  private static String node = "";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws Exception {
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.gateway.port",
                    FreePort.next(),
                    "remuda.gateway.auth",
                    true,
                    "remuda.launch.demo",
                    false,
                    "remuda.node.workers.suspect-after",
                    "2s",
                    "remuda.node.workers.lost-after",
                    "30s")));
    home = NodeHome.open(config);
    all = AllInOne.start(home, config, sentence -> {});
    all.awaitReady(key -> admin = key);
    node = "http://127.0.0.1:" + Files.readString(data.resolve("front.port")).strip();
  }

  @AfterAll
  static void stop() {
    all.close();
    home.close();
  }

  @Test
  void joinsServesDiesComesBackAndLeaves() throws Exception {
    String key = key();
    String id;
    try (ForeignWorker worker = new ForeignWorker(node, key)) {
      HttpResponse<String> joined = worker.join("w-1", "shout");
      assertThat(joined.statusCode()).as(joined.body()).isEqualTo(201);
      id = ForeignWorker.json(joined).path("id").asText();
      worker.pings(id);

      Eventually.passes("it serves", LIMIT, () -> assertThat(predict()).isEqualTo("HELLO"));
      assertThat(model().path("schema").path("input_type").asText())
          .isEqualTo("google.protobuf.StringValue");
      assertThat(ForeignWorker.json(worker.ping(id)).path("phase").asText()).isEqualTo("READY");
      assertThat(task().path("result").asText())
          .as("the machine takes its tasks")
          .isEqualTo("HELLO");
    }

    // It is dead, and nobody has said so.
    Eventually.isTrue("nothing is sent to it", LIMIT, () -> status() == 503);

    try (ForeignWorker again = new ForeignWorker(node, key)) {
      assertThat(again.ping(id).statusCode()).as("it is remembered for a while").isEqualTo(200);
      HttpResponse<String> joined = again.join("w-1", "shout");
      String fresh = ForeignWorker.json(joined).path("id").asText();
      assertThat(joined.statusCode()).as(joined.body()).isEqualTo(201);
      assertThat(again.ping(id).statusCode()).as("its former life").isEqualTo(404);
      again.pings(fresh);
      Eventually.passes("it serves again", LIMIT, () -> assertThat(predict()).isEqualTo("HELLO"));

      assertThat(again.leave(fresh).statusCode()).isEqualTo(204);

      Eventually.isTrue("its name is gone", LIMIT, () -> status() == 404);
      assertThat(again.ping(fresh).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void isRefusedWithTheDifferenceWhereTheNameHasAnotherSchema() throws Exception {
    HttpResponse<String> declared =
        client.send(
            request("/v1/deployments/feeling")
                .PUT(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"engine\": \"jvm\", \"model\": \"sentiment\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(declared.statusCode()).as(declared.body()).isEqualTo(202);
    try (ForeignWorker worker = new ForeignWorker(node, key())) {
      Eventually.passes(
          "the declared model's schema is known, and the worker's is refused",
          LIMIT,
          () -> {
            HttpResponse<String> refused = worker.join("w", "feeling");
            assertThat(refused.statusCode()).isEqualTo(409);
            JsonNode error = ForeignWorker.json(refused).path("error");
            assertThat(error.path("code").asText()).isEqualTo("schema_conflict");
            assertThat(error.path("details").findValuesAsText("path"))
                .contains("remuda.demo.SentimentRequest");
          });
    }
  }

  @Test
  void aKeyWithoutTheScopeDoesNotLetItIn() throws Exception {
    try (ForeignWorker stranger = new ForeignWorker(node, "");
        ForeignWorker client = new ForeignWorker(node, key("infer"))) {
      assertThat(stranger.join("w", "m").statusCode()).isEqualTo(401);
      Eventually.passes(
          "the key is known here",
          LIMIT,
          () -> assertThat(client.join("w", "m").statusCode()).isEqualTo(403));
    }
  }

  /** One that the machine knows of already. */
  private String key() throws Exception {
    String key = key("worker");
    try (ForeignWorker known = new ForeignWorker(node, key)) {
      Eventually.passes(
          "the key is known here",
          LIMIT,
          () -> assertThat(known.ping("nobody").statusCode()).isEqualTo(404));
    }
    return key;
  }

  private String key(String scope) throws Exception {
    HttpResponse<String> made = post("/v1/keys", "{\"scopes\": [\"" + scope + "\"]}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return MAPPER.readTree(made.body()).path("key").asText();
  }

  private String predict() throws Exception {
    HttpResponse<String> answer = post("/v1/models/shout/predict", "\"hello\"");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return MAPPER.readTree(answer.body()).asText();
  }

  private JsonNode task() throws Exception {
    HttpResponse<String> accepted =
        Eventually.find(
            "the task is accepted",
            LIMIT,
            () -> Optional.of(postTask()).filter(answer -> answer.statusCode() == 202));
    String id = MAPPER.readTree(accepted.body()).path("id").asText();
    return Eventually.find(
        "the task is done",
        LIMIT,
        () ->
            Optional.of(get("/v1/tasks/" + id + "?wait=20s"))
                .filter(seen -> seen.path("state").asText().equals("DONE")));
  }

  private HttpResponse<String> postTask() {
    try {
      return post("/v1/models/shout/tasks", "\"hello\"");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private int status() throws Exception {
    return post("/v1/models/shout/predict", "\"hello\"").statusCode();
  }

  private JsonNode model() {
    return get("/v1/models/shout");
  }

  private JsonNode get(String path) {
    try {
      return MAPPER.readTree(
          client.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString()).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(all.url() + path))
        .timeout(Duration.ofSeconds(30))
        .header("content-type", "application/json")
        .header("authorization", "Bearer " + admin);
  }
}
