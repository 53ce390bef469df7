package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of one call of a tool, as a model says it.
 *
 * @param index tells the calls of one answer apart
 * @param arguments a fragment of their JSON
 */
record ToolPiece(int index, Optional<String> id, Optional<String> name, String arguments) {

  /**
   * The calls of an answer in one piece. Each is whole, so that its place is what tells it apart.
   */
  static List<ToolPiece> ofAnswer(JsonNode calls) {
    List<ToolPiece> whole = new ArrayList<>(calls.size());
    for (ToolPiece call : ofChunk(calls)) {
      whole.add(new ToolPiece(whole.size(), call.id(), call.name(), call.arguments()));
    }
    return whole;
  }

  /** The fragments of calls in one chunk of a stream. */
  static List<ToolPiece> ofChunk(JsonNode calls) {
    List<ToolPiece> pieces = new ArrayList<>(calls.size());
    for (int at = 0; at < calls.size(); at++) {
      JsonNode call = calls.get(at);
      JsonNode arguments = call.at("/function/arguments");
      pieces.add(
          new ToolPiece(
              call.path("index").asInt(at),
              text(call.path("id")),
              text(call.at("/function/name")),
              // Some engines give the object itself.
              arguments.isObject() ? Trees.text(arguments) : arguments.asText("")));
    }
    return pieces;
  }

  private static Optional<String> text(JsonNode value) {
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }
}
