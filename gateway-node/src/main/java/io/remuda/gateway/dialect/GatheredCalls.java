package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Calls of tools, put together of their fragments. */
final class GatheredCalls {

  private final CallNumbers numbers = new CallNumbers();
  private final Map<Integer, ToolPiece> calls = new TreeMap<>();

  void add(ToolPiece fragment) {
    ToolPiece piece = numbers.numbered(fragment);
    calls.merge(
        piece.index(),
        piece,
        (before, more) ->
            new ToolPiece(
                before.index(),
                before.id().or(more::id),
                before.name().or(more::name),
                before.arguments() + more.arguments()));
  }

  Collection<ToolPiece> all() {
    return calls.values();
  }

  /** What a call that is whole is made with. */
  static JsonNode arguments(ToolPiece call) throws BadAnswer {
    if (call.arguments().isBlank()) {
      return Trees.object();
    }
    return Trees.read(call.arguments())
        .filter(JsonNode::isObject)
        .orElseThrow(
            () ->
                BadAnswer.of(
                    "the model called the tool '%s' with arguments that are no JSON object; try again"
                        .formatted(call.name().orElse(""))));
  }
}
