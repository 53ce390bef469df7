package io.remuda.gateway.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/** Reads request bodies strictly and writes answers. */
final class Json {

  /** Far above any request of ours; deeper ones only cost stack. */
  private static final int DEPTH = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** The tree of {@code bytes}; throws a {@link Refusal} that says where it is not JSON. */
  static JsonNode read(byte[] bytes) {
    if (bytes.length == 0) {
      throw Refusal.of(ErrorCode.INVALID_JSON, "the body is empty; send a JSON object");
    }
    try {
      JsonNode tree = MAPPER.readTree(bytes);
      if (tree.isMissingNode()) {
        throw Refusal.of(ErrorCode.INVALID_JSON, "the body is blank; send a JSON object");
      }
      return tree;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw Refusal.of(
          ErrorCode.INVALID_JSON,
          "the body is not JSON"
              + (at == null
                  ? ""
                  : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")")
              + ": "
              + firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] write(JsonNode tree) {
    try {
      return MAPPER.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  static String text(JsonNode tree) {
    return new String(write(tree), java.nio.charset.StandardCharsets.UTF_8);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The shape of all lists: {@code {"object": "list", "data": [...]}}. */
  static <T> ObjectNode list(List<T> items, Function<T, ? extends JsonNode> shape) {
    ObjectNode list = object();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    items.forEach(item -> data.add(shape.apply(item)));
    return list;
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }
}
