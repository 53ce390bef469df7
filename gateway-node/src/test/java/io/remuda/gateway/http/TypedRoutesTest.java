package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openapi4j.parser.OpenApi3Parser;
import org.openapi4j.parser.model.v3.OpenApi3;
import org.openapi4j.parser.validation.v3.OpenApi3Validator;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TypedRoutesTest {

  private static final String PREDICT = "/v1/models/shop/predict";

  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private String key(String... models) {
    return api.key(
        Set.of(Scope.INFER),
        Set.of(models).stream()
            .map(ModelName::new)
            .collect(java.util.stream.Collectors.toUnmodifiableSet()));
  }

  private void shop(String name) {
    api.knows(
        name, DeploymentPhase.READY, Phase.READY, "127.0.0.1:1", Optional.of(Protos.orders()));
  }

  private JsonNode description(String key) throws Exception {
    return api.get("/openapi.json", "x-api-key", key).json();
  }

  @Test
  void describesATypedModelAsSoonAsItIsReady(@TempDir Path folder) throws Exception {
    String key = key();
    assertThat(description(key).path("paths").has("/v1/models/late/predict")).isFalse();

    shop("late");

    JsonNode document = description(key);
    JsonNode operation = document.path("paths").path("/v1/models/late/predict").path("post");
    assertThat(
            operation
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema")
                .path("$ref")
                .asText())
        .isEqualTo("#/components/schemas/late.shop.Order");
    assertThat(document.path("components").path("schemas").has("late.shop.Order")).isTrue();
    Path file = folder.resolve("openapi.json");
    withoutWholeNumbersAsText(document);
    Files.writeString(file, document.toPrettyString());
    OpenApi3 parsed = new OpenApi3Parser().parse(file.toUri().toURL(), true);
    assertThat(OpenApi3Validator.instance().validate(parsed).isValid()).isTrue();
  }

  /** The validator knows int64 as a format of numbers only. */
  private static void withoutWholeNumbersAsText(JsonNode node) {
    if (node instanceof ObjectNode schema
        && schema.path("type").asText().equals("string")
        && schema.path("format").asText().equals("int64")) {
      schema.remove("format");
    }
    node.forEach(TypedRoutesTest::withoutWholeNumbersAsText);
  }

  @Test
  void showsAModelInTheDescriptionToThoseOnlyWhoMayUseIt() throws Exception {
    shop("shop");

    assertThat(description(key("shop")).path("paths").has(PREDICT)).isTrue();
    assertThat(description(key("other")).path("paths").has(PREDICT)).isFalse();
    assertThat(description("rmd_nobody0000_" + "A".repeat(43)).path("paths").has(PREDICT))
        .isFalse();
    assertThat(api.get("/openapi.json").json().path("paths").has(PREDICT)).isFalse();
    assertThat(api.get("/openapi.json").json().path("paths").has("/v1/models")).isTrue();
  }

  @Test
  void showsTypesAndInstancesInTheListOfModels() throws Exception {
    shop("shop");

    Answer list = api.get("/v1/models", "x-api-key", key("shop"));

    JsonNode model = list.json().path("data").path(0);
    assertThat(model.path("id").asText()).isEqualTo("shop");
    assertThat(model.path("object").asText()).isEqualTo("model");
    assertThat(model.path("instances").path("ready").asInt()).isEqualTo(1);
    assertThat(model.path("schema").path("input_type").asText()).isEqualTo("shop.Order");
    assertThat(model.path("schema").path("fingerprint").asText()).isEqualTo("orders");
    assertThat(api.get("/v1/models/shop", "x-api-key", key("shop")).json()).isEqualTo(model);
  }

  @Test
  void givesTheDescriptorsOfATypedModel() throws Exception {
    shop("shop");
    api.knows("chat", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    HttpResponse<byte[]> answer =
        api.client.send(
            HttpRequest.newBuilder(api.uri("/v1/models/shop/descriptors"))
                .header("x-api-key", key("shop"))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/x-protobuf");
    assertThat(answer.headers().firstValue("etag")).contains("\"orders\"");
    assertThat(FileDescriptorSet.parseFrom(answer.body()).getFileList())
        .anyMatch(file -> file.getName().equals("shop/orders.proto"));
    Answer untyped = api.get("/v1/models/chat/descriptors", "x-api-key", key());
    assertThat(untyped.status()).isEqualTo(404);
    assertThat(untyped.message()).contains("is not typed");
    assertThat(api.get("/v1/models/none/descriptors", "x-api-key", key()).status()).isEqualTo(404);
  }

  @Test
  void describesATypedModelsFieldsAsTensors() throws Exception {
    shop("shop");
    api.knows("chat", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.knows(
        "late",
        DeploymentPhase.PENDING,
        Phase.WARMING,
        "127.0.0.1:1",
        Optional.of(Protos.orders()));

    JsonNode model = api.get("/v2/models/shop", "x-api-key", key("shop")).json();
    Answer untyped = api.get("/v2/models/chat", "x-api-key", key());
    Answer hidden = api.get("/v2/models/shop", "x-api-key", key("other"));

    assertThat(model.path("name").asText()).isEqualTo("shop");
    assertThat(model.path("inputs").path(1).toString())
        .isEqualTo("{\"name\":\"is_gift\",\"datatype\":\"BOOL\",\"shape\":[1]}");
    assertThat(model.path("outputs").path(21).toString())
        .isEqualTo("{\"name\":\"scores\",\"datatype\":\"FP64\",\"shape\":[-1]}");
    assertThat(untyped.status()).isEqualTo(501);
    assertThat(untyped.json().path("error").asText()).contains("'chat' is not typed");
    assertThat(hidden.status()).isEqualTo(404);
    assertThat(hidden.json().path("error").isTextual()).isTrue();
    assertThat(
            api.get("/v2/models/shop/ready", "x-api-key", key()).json().path("ready").asBoolean())
        .isTrue();
    assertThat(api.get("/v2/models/late/ready", "x-api-key", key()).status()).isEqualTo(503);
    assertThat(api.get("/v2/health/live").json().path("live").asBoolean()).isTrue();
    assertThat(api.get("/v2/health/ready").json().path("ready").isBoolean()).isTrue();
    assertThat(api.get("/v2", "x-api-key", key()).json().path("name").asText()).isEqualTo("remuda");
    assertThat(api.get("/v2").json().path("error").isTextual()).isTrue();
  }

  /** With {@code edge = off} what goes to models is answered here too. */
  @Test
  void takesTensorsWithoutAnEdge() throws Exception {
    try (ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) ->
                    wire.raw(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n"
                            + "Content-Length: %d\r\n\r\n%s"
                                .formatted(seen.body().length(), seen.body())));
        EdgelessApi edgeless = new EdgelessApi(api, engine.port())) {
      api.lists("edgeless", DeploymentPhase.READY, Optional.of(Protos.orders()));
      String key = "Bearer " + key();
      String body =
          "{\"inputs\":[{\"name\":\"count\",\"datatype\":\"INT32\",\"shape\":[1],\"data\":[%s]}]}";

      HttpResponse<String> answer =
          edgeless.send("POST", "/v2/models/edgeless/infer", body.formatted(7), key);
      HttpResponse<String> wrong =
          edgeless.send("POST", "/v2/models/edgeless/infer", body.formatted("true"), key);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body())
          .contains("{\"name\":\"count\",\"datatype\":\"INT32\",\"shape\":[1],\"data\":[7]}");
      assertThat(wrong.statusCode()).isEqualTo(400);
      assertThat(wrong.body()).startsWith("{\"error\":\"the field 'count' ");
    }
  }
}
