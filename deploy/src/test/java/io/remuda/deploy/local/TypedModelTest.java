package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.proto.demo.SentimentReply;
import io.remuda.node.proto.demo.SentimentRequest;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The typed demo model, from a client through gateway and machine and back. */
@Timeout(120)
final class TypedModelTest {

  private static final String PREDICT = "/v1/models/sentiment/predict";
  private static final String PROTOBUF = "application/x-protobuf";
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

  private HttpResponse<byte[]> send(String path, byte[] body, String type, String accept)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(all.url() + path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", type)
            .header("accept", accept)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> json(String body) throws Exception {
    return send(
        PREDICT, body.getBytes(StandardCharsets.UTF_8), "application/json", "application/json");
  }

  private byte[] get(String path) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(all.url() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray())
        .body();
  }

  @Test
  void answersInJsonAndInProtobuf() throws Exception {
    HttpResponse<byte[]> asJson = json("{\"text\":\"I love this place\"}");
    JsonNode reply = MAPPER.readTree(asJson.body());
    byte[] request =
        SentimentRequest.newBuilder().setText("I love this place").build().toByteArray();
    HttpResponse<byte[]> asProtobuf = send("/predict/sentiment", request, PROTOBUF, PROTOBUF);

    assertThat(asJson.statusCode()).isEqualTo(200);
    assertThat(reply.path("label").asText()).isEqualTo("positive");
    assertThat(asJson.headers().firstValue("x-request-id")).isPresent();
    assertThat(asProtobuf.headers().firstValue("content-type")).contains(PROTOBUF);
    assertThat(SentimentReply.parseFrom(asProtobuf.body()).getScore())
        .isEqualTo(reply.path("score").asDouble());
  }

  @Test
  void streamsTheOneAnswer() throws Exception {
    HttpResponse<byte[]> answer =
        send(
            PREDICT,
            "{\"text\":\"fine\"}".getBytes(StandardCharsets.UTF_8),
            "application/json",
            "text/event-stream");

    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .startsWith("data: {\"label\":")
        .endsWith("data: [DONE]\n\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\":|application/json|400|``|is not JSON",
        "{\"txt\":\"a\"}|application/json|400|txt|does not exist",
        "{\"text\":[\"a\"]}|application/json|400|text|must be a string",
        "{\"text\":\"a\",\"text\":\"b\"}|application/json|400|text|given twice",
        "{}|application/json|400|``|text is empty",
        "no protobuf|application/x-protobuf|400|``|is no remuda.demo.SentimentRequest",
        "{\"text\":\"a\"}|text/plain|415|``|send JSON",
      })
  void refusesBadInputWithTheFieldsPath(
      String body, String type, int status, String param, String what) throws Exception {
    HttpResponse<byte[]> answer =
        send(PREDICT, body.getBytes(StandardCharsets.UTF_8), type, "application/json");

    JsonNode error = MAPPER.readTree(answer.body()).path("error");
    assertThat(answer.statusCode()).as("%s", error).isEqualTo(status);
    assertThat(error.path("param").asText("")).isEqualTo(param);
    assertThat(error.path("message").asText()).contains(what);
  }

  @Test
  void refusesBodiesThatAreTooLargeOrTooDeep() throws Exception {
    assertThat(json("{\"text\":\"" + "a".repeat(5 << 20) + "\"}").statusCode()).isEqualTo(413);
    assertThat(json("{\"text\":".repeat(100_000)).statusCode()).isEqualTo(400);
    assertThat(json("[".repeat(100_000)).statusCode()).isEqualTo(400);
  }

  @Test
  void showsItsTypes() throws Exception {
    JsonNode model = MAPPER.readTree(get("/v1/models/sentiment"));
    JsonNode document = MAPPER.readTree(get("/openapi.json"));

    assertThat(model.path("schema").path("input_type").asText())
        .isEqualTo("remuda.demo.SentimentRequest");
    assertThat(model.path("instances").path("ready").asInt()).isEqualTo(1);
    assertThat(document.path("paths").has(PREDICT)).isTrue();
    assertThat(
            document
                .at("/components/schemas/sentiment.remuda.demo.SentimentReply/properties/score")
                .path("format")
                .asText())
        .isEqualTo("double");
    assertThat(FileDescriptorSet.parseFrom(get("/v1/models/sentiment/descriptors")).getFileList())
        .isNotEmpty();
  }
}
