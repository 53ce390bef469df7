package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Durable tasks of typed models in the API's description. */
class TypedTasksDescriptionTest {

  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void describesTheInputOfATypedModelsTasks() throws Exception {
    api.knows(
        "shop", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1", Optional.of(Protos.orders()));
    api.knows("chatty", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    JsonNode paths = api.get("/openapi.json").json().path("paths");
    JsonNode submit = paths.path("/v1/models/shop/tasks").path("post");

    JsonNode content = submit.path("requestBody").path("content");
    assertThat(content.path("application/json").path("schema").path("$ref").asText())
        .isEqualTo("#/components/schemas/shop.shop.Order");
    assertThat(content.has("application/x-protobuf")).isTrue();
    assertThat(submit.path("operationId").asText()).isEqualTo("submit.shop");
    assertThat(submit.path("parameters").findValuesAsText("name"))
        .containsExactly("deadline", "ttl", "webhook");
    assertThat(submit.at("/responses/202/content/application~1json/schema/$ref").asText())
        .isEqualTo("#/components/schemas/Task");
    assertThat(paths.has("/v1/models/{model}/tasks")).isTrue();
    assertThat(paths.has("/v1/models/chatty/tasks")).isFalse();
  }
}
