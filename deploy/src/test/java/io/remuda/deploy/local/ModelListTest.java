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
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the list of models tells of a fleet whose machine says nothing by the clock: each of these
 * comes because it happened, and so at once. {@code deploy/bench/newmodel.sh} has the seconds.
 */
@Tag("server")
@Timeout(300)
final class ModelListTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path data;
  private static RabbitServer broker;
  private static RedisServer redis;
  private static NodeHome home;
  private static AllInOne all;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    broker = RabbitServer.own();
    redis = RedisServer.own();
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.gateway.port",
                    FreePort.next(),
                    "remuda.node.report-interval",
                    "1h",
                    "remuda.tasks.patience",
                    "500ms",
                    "remuda.tasks.queue",
                    broker.url(),
                    "remuda.tasks.results",
                    redis.url(),
                    "remuda.tasks.queue-settle",
                    "0s",
                    "remuda.tasks.watch-interval",
                    "500ms")));
    home = NodeHome.open(config);
    all = AllInOne.start(home, config, sentence -> {});
    all.awaitReady(key -> {});
  }

  @AfterAll
  static void stop() {
    all.close();
    home.close();
    broker.kill();
    redis.kill();
  }

  @Test
  void aModelThatIsReadyIsListedAndDescribedWithoutWaitingForAReport() throws Exception {
    send("PUT", "/v1/deployments/fresh", "{\"engine\": \"jvm\", \"model\": \"sentiment\"}");

    // Instances and schemas come in tables of their own, in either order.
    Eventually.isTrue(
        "it is listed with its schema",
        LIMIT,
        () -> listed("fresh").filter(model -> model.path("schema").has("fingerprint")).isPresent());

    // What is in the list is in the description with the next look.
    JsonNode description = json("/openapi.json");
    assertThat(description.path("paths").has("/v1/models/fresh/predict")).isTrue();
  }

  @Test
  void aModelsTasksAreOffWhileTheirStoreIsAwayAndComeBackByThemselves() throws Exception {
    Eventually.isTrue("tasks are taken", LIMIT, () -> tasks().path("taking").asInt() == 1);

    redis.kill();
    Eventually.isTrue("tasks are off", LIMIT, () -> tasks().path("off").asInt() == 1);
    assertThat(tasks().path("taking").asInt()).isZero();
    assertThat(tasks().path("reason").asText()).isNotBlank();
    Eventually.isTrue("the machine says so too", LIMIT, () -> machineHasTasksOff("sentiment"));
    // and the model goes on answering
    HttpResponse<String> call =
        send("POST", "/v1/models/sentiment/predict", "{\"text\": \"a fine horse\"}");
    assertThat(call.statusCode()).as(call.body()).isEqualTo(200);

    redis.restart();
    Eventually.isTrue("tasks are taken", LIMIT, () -> tasks().path("taking").asInt() == 1);
    assertThat(tasks().path("reason").isNull()).isTrue();
    Eventually.isTrue("the machine says so too", LIMIT, () -> !machineHasTasksOff("sentiment"));
  }

  @Test
  void aModelsTasksAreOffWhileTheirBrokerIsAwayAndComeBackByThemselves() throws Exception {
    Eventually.isTrue("tasks are taken", LIMIT, () -> tasks().path("taking").asInt() == 1);

    broker.stop();
    Eventually.isTrue("tasks are off", LIMIT, () -> tasks().path("off").asInt() == 1);
    assertThat(tasks().path("reason").asText()).isNotBlank();
    HttpResponse<String> call =
        send("POST", "/v1/models/sentiment/predict", "{\"text\": \"a fine horse\"}");
    assertThat(call.statusCode()).as(call.body()).isEqualTo(200);

    broker.restart();
    Eventually.isTrue("tasks are taken", LIMIT, () -> tasks().path("taking").asInt() == 1);
  }

  @Test
  void aBrokerThatTakesNoMessagesIsA503WithTheReason() {
    Eventually.isTrue("a task is accepted", LIMIT, () -> submitted().statusCode() == 202);

    broker.refuseMessages(true);
    try {
      Eventually.passes(
          "it is refused",
          LIMIT,
          () -> {
            HttpResponse<String> refused = submitted();
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.body()).contains("takes no messages");
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
          });
    } finally {
      broker.refuseMessages(false);
    }
    Eventually.isTrue("a task is accepted", LIMIT, () -> submitted().statusCode() == 202);
  }

  private HttpResponse<String> submitted() {
    return send("POST", "/v1/models/sentiment/tasks", "{\"text\": \"a fine horse\"}");
  }

  @Test
  void aModelOfChatsTakesTasksToo() {
    Eventually.isTrue("tasks are taken", LIMIT, () -> tasks("demo").path("taking").asInt() == 1);
  }

  private JsonNode tasks() {
    return tasks("sentiment");
  }

  private JsonNode tasks(String name) {
    return listed(name).orElseThrow().at("/instances/tasks");
  }

  private boolean machineHasTasksOff(String model) {
    return json("/v1/machines").at("/data/0/tasksOff").findValuesAsText("instance").stream()
        .anyMatch(instance -> instance.startsWith(model));
  }

  private Optional<JsonNode> listed(String name) {
    for (JsonNode model : json("/v1/models").path("data")) {
      if (model.path("id").asText().equals(name)) {
        return Optional.of(model);
      }
    }
    return Optional.empty();
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
