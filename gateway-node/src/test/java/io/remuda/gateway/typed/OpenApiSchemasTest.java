package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class OpenApiSchemasTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final TypedModel model = Protos.model("shop.Order", "shop.Old");
  private final ObjectNode schemas = MAPPER.createObjectNode();

  OpenApiSchemasTest() {
    OpenApiSchemas.describe("m", model, schemas);
  }

  private JsonNode property(String type, String name) {
    return schemas.path("m.shop." + type).path("properties").path(name);
  }

  @Test
  void describesEachKindOfField() throws Exception {
    assertThat(property("Order", "isGift")).hasToString("{\"type\":\"boolean\"}");
    assertThat(property("Order", "count"))
        .hasToString("{\"type\":\"integer\",\"format\":\"int32\"}");
    assertThat(property("Order", "total").path("type").asText()).isEqualTo("string");
    assertThat(property("Order", "total").path("format").asText()).isEqualTo("int64");
    assertThat(property("Order", "seal")).hasToString("{\"type\":\"string\",\"format\":\"byte\"}");
    assertThat(property("Order", "color").path("enum"))
        .hasToString("[\"COLOR_UNSPECIFIED\",\"RED\",\"BLUE\"]");
    assertThat(property("Order", "items").path("items").path("$ref").asText())
        .isEqualTo("#/components/schemas/m.shop.Item");
    assertThat(property("Order", "parent").path("$ref").asText())
        .isEqualTo("#/components/schemas/m.shop.Order");
    assertThat(property("Order", "labels").path("additionalProperties"))
        .hasToString("{\"type\":\"string\"}");
    assertThat(property("Order", "byNumber").path("additionalProperties").has("$ref")).isTrue();
    assertThat(property("Order", "at").path("format").asText()).isEqualTo("date-time");
    assertThat(property("Order", "limit").path("nullable").asBoolean()).isTrue();
    assertThat(schemas.path("m.shop.Item").path("required")).hasToString("[\"sku\",\"maker\"]");
    assertThat(schemas.path("m.shop.Old").path("required")).hasToString("[\"name\"]");
    assertThat(schemas.path("m.shop.Order").path("allOf").size())
        .as("an optional field is no choice")
        .isEqualTo(1);
    assertThat(schemas.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("m.shop.Order", "m.shop.Item", "m.shop.Maker", "m.shop.Old");
  }
}
