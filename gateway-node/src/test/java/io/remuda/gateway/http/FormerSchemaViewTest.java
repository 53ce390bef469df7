package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.remuda.gateway.typed.Decoded;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Results of a model that has another schema by now than when they were made. */
class FormerSchemaViewTest {

  private static JsonNode view(Map<String, TypedCodec> met) {
    TypedModels models =
        new TypedModels() {
          @Override
          public Optional<TypedCodec> find(ModelName model) {
            return Optional.of(new Words("present", "now"));
          }

          @Override
          public Optional<TypedCodec> met(String fingerprint) {
            return Optional.ofNullable(met.get(fingerprint));
          }
        };
    TaskRecord record =
        TaskRecord.newBuilder()
            .setTaskId("tk_1")
            .setModel("sentiment")
            .setState(TaskState.DONE)
            .setSchemaFingerprint("former")
            .setResult(ByteString.copyFromUtf8("fine"))
            .build();
    // As it is sent: a raw value becomes a tree only when it is read again.
    return Json.read(Json.write(new TaskViews(models).task(record)));
  }

  @Test
  void aSchemaThatThisGatewayHasMetShowsThemAsJson() {
    JsonNode json = view(Map.of("former", new Words("former", "then")));

    assertThat(json.path("result").asText()).isEqualTo("then fine");
    assertThat(json.has("resultBase64")).isFalse();
  }

  @Test
  void oneThatItHasNotMetLeavesThemAsBytes() {
    JsonNode json = view(Map.of());

    assertThat(json.path("result").isNull()).isTrue();
    assertThat(json.path("resultBase64").asText()).isEqualTo("ZmluZQ==");
  }

  /** Messages that are text, shown behind a word. */
  private record Words(String fingerprint, String word) implements TypedCodec {

    @Override
    public Decoded toBinary(String contentType, byte[] body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] toJson(ByteString message) {
      return ("\"" + word + " " + message.toStringUtf8() + "\"").getBytes(StandardCharsets.UTF_8);
    }
  }
}
