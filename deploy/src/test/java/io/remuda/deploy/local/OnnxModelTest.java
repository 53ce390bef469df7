package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.OnnxSample;
import java.io.IOException;
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

/** An ONNX file from its folder to an answer over HTTP, in the real runtime; nothing is written. */
@Timeout(180)
final class OnnxModelTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SPEC = "{\"engine\": \"onnx\", \"model\": \"points.onnx\"}";

  @TempDir private static Path data;
  private static NodeHome home;
  private static AllInOne all;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws Exception {
    OnnxSample.classifier(data.resolve("models/points.onnx"));
    Files.writeString(data.resolve("models/broken.onnx"), "this is no model");
    // As ./remuda engine install onnx puts it.
    Path runtime = data.resolve("engines/onnx/onnxruntime.jar");
    Files.createDirectories(runtime.getParent());
    Files.createSymbolicLink(
        runtime,
        Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.node.engine.folder",
                    data.resolve("engines").toString(),
                    "remuda.launch.demo",
                    false,
                    "remuda.gateway.port",
                    FreePort.next())));
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
  void aFileIsDeployedDescribedAndAnswers() throws Exception {
    deployed("points");

    HttpResponse<String> answer = predict("points", "{\"x.1\": [1, 0, -1, 3]}");
    JsonNode description = json("/openapi.json");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode said = MAPPER.readTree(answer.body());
    assertThat(said.path("scores").toString()).isEqualTo("[1.0,0.0,-1.0,-1.0,3.0,-2.0]");
    assertThat(said.path("scores_shape").toString()).isEqualTo("[\"2\",\"3\"]");
    assertThat(said.path("label").toString()).isEqualTo("[\"0\",\"1\"]");
    assertThat(description.path("paths").has("/v1/models/points/predict")).isTrue();
    assertThat(json("/v1/models/points").at("/schema/input_type").asText()).isEqualTo("onnx.Input");
  }

  @Test
  void whatTheFileDoesNotTakeIsRefusedWithItsShape() {
    deployed("strict");

    HttpResponse<String> few = predict("strict", "{\"x.1\": [1, 0, 5]}");
    HttpResponse<String> other = predict("strict", "{\"y\": [1, 0]}");

    assertThat(few.statusCode()).isEqualTo(400);
    assertThat(few.body()).contains("x.1: float[?, 2] was given 3 values");
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(other.body()).contains("does not exist");
  }

  @Test
  void aTaskOfAnOnnxModelIsRun() throws Exception {
    deployed("queued");

    HttpResponse<String> accepted =
        Eventually.find(
            "the task is accepted",
            LIMIT,
            () ->
                Optional.of(send("POST", "/v1/models/queued/tasks", "{\"x.1\": [0, 2]}"))
                    .filter(answer -> answer.statusCode() == 202));
    String id = MAPPER.readTree(accepted.body()).path("id").asText();

    assertThat(json("/v1/tasks/" + id + "?wait=30s").at("/result/label").toString())
        .isEqualTo("[\"1\"]");
  }

  @Test
  void aFileThatTheRuntimeDoesNotTakeIsRefusedWithItsWords() {
    send("PUT", "/v1/deployments/broken", SPEC.replace("points", "broken"));

    JsonNode deployment =
        Eventually.find(
            "the reason is told",
            LIMIT,
            () ->
                Optional.of(json("/v1/deployments/broken"))
                    .filter(seen -> seen.path("reason").asText("").contains("cannot be served")));
    assertThat(deployment.path("reason").asText())
        .contains("the ONNX file broken.onnx")
        .contains("the ONNX runtime does not take it");
  }

  private void deployed(String name) {
    HttpResponse<String> put = send("PUT", "/v1/deployments/" + name, SPEC);
    assertThat(put.statusCode()).as(put.body()).isEqualTo(202);
    Eventually.passes(
        name + " is ready",
        LIMIT,
        () -> {
          JsonNode seen = json("/v1/deployments/" + name);
          assertThat(seen.path("ready").asInt()).as("%s", seen).isEqualTo(1);
          assertThat(send("GET", "/v1/models/" + name, "").statusCode()).isEqualTo(200);
        });
  }

  private HttpResponse<String> predict(String name, String body) {
    return send("POST", "/v1/models/" + name + "/predict", body);
  }

  private JsonNode json(String path) {
    try {
      return MAPPER.readTree(send("GET", path, "").body());
    } catch (IOException e) {
      throw new AssertionError(path + " is no JSON", e);
    }
  }

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(all.url() + path))
              .timeout(LIMIT)
              .header("content-type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("no answer from " + path, e);
    }
  }
}
