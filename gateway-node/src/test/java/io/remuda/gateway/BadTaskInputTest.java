package io.remuda.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.typesafe.config.Config;
import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What cannot be a model's input is refused when its task is submitted, and nothing is kept of it:
 * a gateway as it runs, with its own queue and store.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadTaskInputTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/x-protobuf";

  /** Numbers of shop.Order's fields of messages. */
  private static final int ITEMS = 11;

  private static final int PARENT = 16;

  @TempDir private static Path data;
  private static NodeHome home;
  private static GatewayNode gateway;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.data",
                data.toString(),
                "remuda.gateway.port",
                0,
                "remuda.gateway.edge-limits.event-loops",
                1,
                "remuda.tasks.payload-limit",
                "16 KiB"));
    home = NodeHome.open(config);
    gateway =
        GatewayNode.startLocal(
            NodeSettings.from(config), home, config, Optional.empty(), Optional.empty());
    gateway
        .routes()
        .merge(
            Catalog.EMPTY.with(
                new Listing(
                    new ModelName("shop"),
                    1,
                    0,
                    1,
                    DeploymentPhase.READY,
                    "jar",
                    Optional.empty(),
                    1,
                    1,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.of(Protos.orders()),
                    Instant.EPOCH,
                    false)));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    home.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|``|the body is empty",
        "{\"id\":|``|line 1, column",
        "{\"idd\":1}|idd|does not exist",
        "{\"items\":[{\"sku\":\"a\",\"maker\":{}},{\"sku\":5}]}|items[1].sku|must be a string",
        "{\"items\":[{\"maker\":{}}]}|items[0].sku|is missing",
        "{\"byNumber\":{\"7\":{\"sku\":\"a\"}}}|byNumber[\"7\"].maker|is missing",
        "{\"total\":\"9223372036854775808\"}|total|must be a whole number",
        "{\"color\":\"GREEN\"}|color|must be a value of shop.Color",
        "{\"email\":\"a\",\"phone\":1}|phone|exclude each other",
      })
  void jsonThatDoesNotFitIsRefusedWithTheFieldsPath(String body, String param, String what)
      throws Exception {
    refused(JSON, body.getBytes(UTF_8), 400, param, what);
  }

  @Test
  void protobufThatDoesNotFitIsRefused() throws Exception {
    refused(PROTOBUF, new byte[] {10, 9, 'a'}, 400, "", "is no shop.Order");
    refused(PROTOBUF, new byte[] {(byte) 0xF8, 0x3F, 1}, 400, "", "field number 1023");
    byte[] itemWithoutMaker = {10, 1, 'a'};
    refused(PROTOBUF, within(ITEMS, itemWithoutMaker), 400, "items[0].maker", "is missing");
  }

  @Test
  void recursionBombsAreRefused() throws Exception {
    byte[] bomb = new byte[0];
    for (int depth = 0; depth < 1_000; depth++) {
      bomb = within(PARENT, bomb);
    }

    refused(PROTOBUF, bomb, 400, "", "nested deeper");
    HttpResponse<String> json = submit(JSON, "{\"parent\":".repeat(1_500).getBytes(UTF_8));
    assertThat(json.statusCode()).as(json.body()).isEqualTo(400);
    assertThat(error(json).path("message").asText()).contains("deep");
    nothingIsKept();
  }

  @Test
  void otherFormsAndTooMuchAreRefused() throws Exception {
    refused("text/plain", "{}".getBytes(UTF_8), 415, "", "send JSON");
    refused("application/xml", "<a/>".getBytes(UTF_8), 415, "", "send JSON");
    byte[] much = ("{\"id\":\"" + "a".repeat(20_000) + "\"}").getBytes(UTF_8);
    assertThat(submit(JSON, much).statusCode()).isEqualTo(413);
    assertThat(submit(PROTOBUF, new byte[20_000]).statusCode()).isEqualTo(413);
    nothingIsKept();
  }

  private void refused(String type, byte[] body, int status, String param, String what)
      throws Exception {
    HttpResponse<String> answer = submit(type, body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(error(answer).path("param").asText("")).as(answer.body()).isEqualTo(param);
    assertThat(error(answer).path("message").asText()).contains(what);
    nothingIsKept();
  }

  private void nothingIsKept() throws Exception {
    HttpResponse<String> listed =
        client.send(request("/v1/tasks").build(), HttpResponse.BodyHandlers.ofString());
    assertThat(listed.statusCode()).as(listed.body()).isEqualTo(200);
    assertThat(MAPPER.readTree(listed.body()).path("data")).isEmpty();
  }

  private HttpResponse<String> submit(String type, byte[] body) throws Exception {
    return client.send(
        request("/v1/models/shop/tasks")
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(gateway.url() + path)).timeout(Duration.ofSeconds(30));
  }

  private static JsonNode error(HttpResponse<String> answer) throws IOException {
    return MAPPER.readTree(answer.body()).path("error");
  }

  private static byte[] within(int field, byte[] message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeBytes(field, ByteString.copyFrom(message));
    out.flush();
    return bytes.toByteArray();
  }
}
