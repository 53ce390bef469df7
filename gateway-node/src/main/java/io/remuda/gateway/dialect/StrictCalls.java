package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Calls of tools as clients put them together: each piece with the number of its call, the first
 * one with type, id and name, and arguments that are text.
 */
final class StrictCalls {

  private static final String CALLS = "tool_calls";

  /** Stands for the index where an engine tells none: its calls are told apart by their ids. */
  private static final int NO_INDEX = -1;

  private final CallNumbers numbers = new CallNumbers();
  private final String callId;
  private int unnamed;
  private int begun;

  /**
   * @param callId from which the ids are made of calls that have none
   */
  StrictCalls(String callId) {
    this.callId = callId;
  }

  /** Whether the answer has called any tool so far. */
  boolean any() {
    return begun > 0;
  }

  /**
   * Mends the calls in {@code said}, a message or a part of one.
   *
   * @param whole whether each call stands there whole, so that its place is what tells it apart
   */
  void mend(ObjectNode said, boolean whole) {
    if (!(said.path(CALLS) instanceof ArrayNode calls) || calls.isEmpty()) {
      said.remove(CALLS);
      return;
    }
    for (JsonNode each : calls) {
      if (each instanceof ObjectNode call) {
        int number = whole ? begun : number(call);
        boolean first = number == begun;
        if (!whole) {
          call.put("index", number);
        }
        mend(call, number, first);
        if (first) {
          begun++;
        }
      }
    }
  }

  private void mend(ObjectNode call, int number, boolean first) {
    if (first || call.has("type")) {
      call.put("type", "function");
    }
    if (first && text(call, "id").isEmpty()) {
      call.put("id", "call_%s_%d".formatted(callId, number));
    } else if (!first && text(call, "id").isEmpty()) {
      call.remove("id");
    }
    ObjectNode function =
        call.path("function") instanceof ObjectNode given ? given : call.putObject("function");
    if (first || function.has("name")) {
      // A later piece may repeat the name as null.
      text(function, "name")
          .ifPresentOrElse(
              name -> function.put("name", name),
              () -> {
                if (first) {
                  function.put("name", "");
                } else {
                  function.remove("name");
                }
              });
    }
    JsonNode arguments = function.path("arguments");
    if (!arguments.isTextual()) {
      boolean none = arguments.isMissingNode() || arguments.isNull();
      function.put("arguments", none ? "" : Trees.text(arguments));
    }
  }

  private int number(ObjectNode call) {
    Optional<String> id = text(call, "id");
    Optional<String> name = text(call, "function", "name");
    if (call.path("index").isNumber()) {
      return numbered(call.path("index").asInt(), id);
    }
    // A name begins a call; without an index it is the only sign of it where there is no id.
    return numbered(NO_INDEX, id.or(() -> name.map(begins -> "unnamed-" + unnamed++)));
  }

  private int numbered(int index, Optional<String> id) {
    return numbers.numbered(new ToolPiece(index, id, Optional.empty(), "")).index();
  }

  private static Optional<String> text(JsonNode from, String... path) {
    JsonNode value = from;
    for (String name : path) {
      value = value.path(name);
    }
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }
}
