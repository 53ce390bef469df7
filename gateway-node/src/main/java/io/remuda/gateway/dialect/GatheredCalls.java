package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  List<ToolPiece> all() {
    return List.copyOf(calls.values());
  }

  /** The calls that can be told: where the answer ended at its limit, the last may be cut off. */
  static List<ToolPiece> uncut(List<ToolPiece> calls, Optional<String> finish) {
    int last = calls.size() - 1;
    boolean cut =
        finish.filter("length"::equals).isPresent()
            && last >= 0
            && object(calls.get(last).arguments()).isEmpty();
    return cut ? calls.subList(0, last) : calls;
  }

  /** What a call that is whole is made with. */
  static JsonNode arguments(ToolPiece call) throws BadAnswer {
    if (call.arguments().isBlank()) {
      return Trees.object();
    }
    return object(call.arguments())
        .orElseThrow(
            () ->
                BadAnswer.of(
                    "the model called the tool '%s' with arguments that are no JSON object; try again"
                        .formatted(call.name().orElse(""))));
  }

  private static Optional<JsonNode> object(String arguments) {
    return Trees.read(arguments).filter(JsonNode::isObject);
  }
}
