package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An inference request of the Open Inference Protocol, as the message that its tensors make.
 *
 * @param id that the answer shows again
 * @param outputs by the names of their fields, which alone are wanted; none: all
 * @param message in JSON by protobuf's mapping
 */
record TensorRequest(Optional<String> id, Set<String> outputs, byte[] message) {

  private static final int MOST_DEPTH = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MOST_DEPTH)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  TensorRequest {
    outputs = Set.copyOf(outputs);
  }

  /** Reads {@code body}; the values themselves are checked when the message is made of them. */
  static TensorRequest read(byte[] body, TypedModel model) throws BadMessage {
    JsonNode json = tree(body);
    JsonNode inputs = json.path("inputs");
    if (!inputs.isArray()) {
      throw bad("inputs", "the body needs 'inputs', an array of tensors");
    }
    MessageShape shape = model.shapes().of(model.input().descriptor());
    ObjectNode message = MAPPER.createObjectNode();
    for (int i = 0; i < inputs.size(); i++) {
      tensor(inputs.path(i), "inputs[" + i + "]", shape, message);
    }
    try {
      return new TensorRequest(
          Optional.of(json.path("id")).filter(JsonNode::isTextual).map(JsonNode::asText),
          outputs(json.path("outputs"), model.shapes().of(model.output().descriptor())),
          MAPPER.writeValueAsBytes(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that cannot be written", e);
    }
  }

  private static JsonNode tree(byte[] body) throws BadMessage {
    try {
      JsonNode json = MAPPER.readTree(body);
      if (json.isObject()) {
        return json;
      }
      throw bad("", "the body must be a JSON object {...} with 'inputs'");
    } catch (JsonProcessingException e) {
      throw new BadMessage(
          ErrorCode.INVALID_JSON,
          "",
          "the body is not JSON: " + FieldPath.sentence(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new BadMessage(
          ErrorCode.INVALID_JSON, "", "the body is not JSON in UTF-8; send it as UTF-8");
    }
  }

  private static void tensor(JsonNode tensor, String at, MessageShape shape, ObjectNode message)
      throws BadMessage {
    String name = tensor.path("name").asText();
    FieldDescriptor field = shape.field(name);
    if (field == null) {
      throw bad(
          at,
          "'%s' does not exist in %s; %s"
              .formatted(FieldPath.shown(name), shape.type().getFullName(), shape.names()));
    }
    if (message.has(field.getJsonName())) {
      throw bad(at, "the tensor '" + field.getName() + "' is given twice; give it once");
    }
    TensorType type = TensorType.of(field);
    if (!tensor.path("datatype").asText().equals(type.name())) {
      throw bad(at + ".datatype", "the tensor '" + field.getName() + "' is " + type.name());
    }
    if (!tensor.path("data").isArray()) {
      throw bad(
          at + ".data",
          "the tensor '"
              + field.getName()
              + "' needs 'data', an array; data beside the JSON (binary_data_size) is not taken");
    }
    List<JsonNode> elements = new ArrayList<>();
    flatten(tensor.path("data"), elements);
    checkShape(tensor.path("shape"), at + ".shape", field, elements.size());
    message.set(field.getJsonName(), value(field, elements, at + ".data"));
  }

  /** Tensors of more dimensions come as arrays of arrays, or flat, in the same order. */
  private static void flatten(JsonNode data, List<JsonNode> into) {
    for (JsonNode each : data) {
      if (each.isArray()) {
        flatten(each, into);
      } else {
        into.add(each);
      }
    }
  }

  private static void checkShape(JsonNode shape, String at, FieldDescriptor field, int count)
      throws BadMessage {
    if (!shape.isArray()) {
      throw bad(at, "the tensor '" + field.getName() + "' needs 'shape', an array of numbers");
    }
    long product = 1;
    for (JsonNode dimension : shape) {
      if (!dimension.isIntegralNumber() || !dimension.canConvertToInt() || dimension.asInt() < 0) {
        throw bad(at, "the shape of '" + field.getName() + "' is made of whole numbers from 0 on");
      }
      product = Math.min(Integer.MAX_VALUE, product * dimension.asInt());
    }
    if (product != count) {
      throw bad(
          at,
          "the shape of '%s' asks for %d elements, but its data has %d"
              .formatted(field.getName(), product, count));
    }
    if (!TensorType.isList(field) && count != 1) {
      throw bad(at, "the tensor '%s' has one element, not %d".formatted(field.getName(), count));
    }
  }

  private static JsonNode value(FieldDescriptor field, List<JsonNode> elements, String at)
      throws BadMessage {
    if (!TensorType.isList(field)) {
      return element(field, elements.get(0), at + "[0]");
    }
    ArrayNode list = MAPPER.createArrayNode();
    for (int i = 0; i < elements.size(); i++) {
      list.add(element(field, elements.get(i), at + "[" + i + "]"));
    }
    return list;
  }

  private static JsonNode element(FieldDescriptor field, JsonNode element, String at)
      throws BadMessage {
    if (TensorType.of(field) == TensorType.BYTES && !element.isTextual()) {
      throw bad(at, "elements of BYTES are texts" + of(field));
    }
    if (!TensorType.holdsJson(field)) {
      return element;
    }
    try {
      JsonNode held = MAPPER.readTree(element.asText());
      if (held.isMissingNode()) {
        throw bad(at, "the text is empty, and no JSON" + of(field));
      }
      return held;
    } catch (JsonProcessingException e) {
      throw bad(
          at,
          "the text is no JSON" + of(field) + ": " + FieldPath.sentence(e.getOriginalMessage()));
    }
  }

  private static String of(FieldDescriptor field) {
    return TensorType.holdsJson(field)
        ? " of " + field.getMessageType().getFullName() + ", which '" + field.getName() + "' holds"
        : "";
  }

  private static Set<String> outputs(JsonNode outputs, MessageShape shape) throws BadMessage {
    Set<String> wanted = new HashSet<>();
    for (int i = 0; i < outputs.size(); i++) {
      String name = outputs.path(i).path("name").asText();
      FieldDescriptor field = shape.field(name);
      if (field == null) {
        throw bad(
            "outputs[" + i + "]",
            "'%s' does not exist in %s; %s"
                .formatted(FieldPath.shown(name), shape.type().getFullName(), shape.names()));
      }
      wanted.add(field.getName());
    }
    return wanted;
  }

  private static BadMessage bad(String path, String sentence) {
    return new BadMessage(ErrorCode.INVALID_REQUEST, path, sentence);
  }
}
