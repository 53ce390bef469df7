package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.math.BigInteger;

/** A model's answer as tensors: each field that the message has, in the order of its numbers. */
final class TensorAnswer {

  /**
   * An answer is as long as TypedSettings say, and no text or number in it is too long by itself.
   */
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxStringLength(Integer.MAX_VALUE)
                      .maxNumberLength(Integer.MAX_VALUE)
                      .build())
              .build());

  private TensorAnswer() {}

  /**
   * @param name of the model that answered
   * @param binary the message
   */
  static byte[] of(String name, TypedModel model, TensorRequest request, byte[] binary)
      throws BadMessage {
    try {
      JsonNode message = MAPPER.readTree(model.output().toJson(binary));
      ObjectNode json = MAPPER.createObjectNode();
      json.put("model_name", name);
      request.id().ifPresent(id -> json.put("id", id));
      ArrayNode outputs = json.putArray("outputs");
      for (MessageShape.Written each : model.shapes().of(model.output().descriptor()).written()) {
        FieldDescriptor field = each.field();
        JsonNode value = message.path(field.getJsonName());
        boolean wanted = request.outputs().isEmpty() || request.outputs().contains(field.getName());
        if (wanted && !value.isMissingNode()) {
          tensor(outputs.addObject(), field, value);
        }
      }
      return MAPPER.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new IllegalStateException("what was just written cannot be read", e);
    }
  }

  private static void tensor(ObjectNode tensor, FieldDescriptor field, JsonNode value)
      throws IOException {
    tensor.put("name", field.getName());
    tensor.put("datatype", TensorType.of(field).name());
    ArrayNode data = MAPPER.createArrayNode();
    if (TensorType.isList(field)) {
      for (JsonNode each : value) {
        data.add(element(field, each));
      }
    } else {
      data.add(element(field, value));
    }
    tensor.putArray("shape").add(data.size());
    tensor.set("data", data);
  }

  /** Whole numbers of 64 bits are numbers here, where protobuf's JSON has texts. */
  private static JsonNode element(FieldDescriptor field, JsonNode value) throws IOException {
    if (TensorType.holdsJson(field)) {
      return MAPPER.getNodeFactory().textNode(MAPPER.writeValueAsString(value));
    }
    return switch (TensorType.of(field)) {
      case INT64, UINT64 -> MAPPER.getNodeFactory().numberNode(new BigInteger(value.asText()));
      case BYTES -> MAPPER.getNodeFactory().textNode(value.asText());
      case BOOL, INT32, UINT32, FP32, FP64 -> value;
    };
  }
}
