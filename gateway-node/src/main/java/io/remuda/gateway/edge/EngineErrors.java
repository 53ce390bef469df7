package io.remuda.gateway.edge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.edge.Endpoint.Dialect;
import io.remuda.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Brings an engine's own error into the shape that SDKs read: engines put numbers into {@code
 * code}, leave {@code param} out, or answer plain text.
 */
final class EngineErrors {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 500;

  private EngineErrors() {}

  /** Takes {@code body} over; what comes back is the caller's. */
  static ByteBuf repair(ByteBuf body, int status, Dialect dialect, String requestId) {
    String text = body.toString(StandardCharsets.UTF_8);
    body.release();
    JsonNode error = errorOf(text);
    String message = message(error, text, status);
    String given = textOf(error.path("type"));
    boolean tells =
        !given.isEmpty() && (dialect != Dialect.ANTHROPIC || AnthropicErrors.isKnown(given));
    String type = tells ? given : defaultType(status);
    String code = textOf(error.path("code"));
    String param = textOf(error.path("param"));
    return Unpooled.copiedBuffer(
        ErrorAnswer.body(message, type, param, code, dialect, requestId), StandardCharsets.UTF_8);
  }

  /** Those of what {@link #repair} makes. */
  static List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> given) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(given);
    headers.removeIf(header -> header.getKey().equals("content-type"));
    headers.add(Map.entry("content-type", "application/json"));
    return headers;
  }

  private static JsonNode errorOf(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      JsonNode error = root == null ? JSON.nullNode() : root.path("error");
      return error.isTextual()
          ? JSON.createObjectNode().set("message", error)
          : error.isObject() ? error : JSON.nullNode();
    } catch (JsonProcessingException e) {
      return JSON.nullNode();
    }
  }

  private static String message(JsonNode error, String text, int status) {
    if (error.path("message").isTextual()) {
      return error.path("message").asText();
    }
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return shown.isBlank() ? "the engine answered " + status : shown.strip();
  }

  private static String textOf(JsonNode value) {
    return value.isTextual() ? value.asText() : "";
  }

  private static String defaultType(int status) {
    return status < 500 ? ErrorCode.INVALID_REQUEST.type() : ErrorCode.INTERNAL.type();
  }
}
