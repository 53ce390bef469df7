package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The items that a response puts out, empty or filled. */
final class ResponseItems {

  static final String DONE = "completed";
  static final String OPEN = "in_progress";

  private ResponseItems() {}

  /** Thoughts; ones that have only begun have no part yet. */
  static ObjectNode reasoning(String id, String status, String text) {
    ObjectNode item = item("reasoning", id, status);
    item.putArray("summary");
    if (status.equals(OPEN)) {
      item.putArray("content");
    } else {
      item.putArray("content").add(part("reasoning_text", text));
    }
    return item;
  }

  /** What the model says; one that has only begun has no part yet. */
  static ObjectNode message(String id, String status, String text) {
    ObjectNode item = item("message", id, status);
    item.put("role", "assistant");
    if (status.equals(OPEN)) {
      item.putArray("content");
    } else {
      item.putArray("content").add(outputText(text));
    }
    return item;
  }

  static ObjectNode call(String id, String status, ToolPiece call, String arguments) {
    ObjectNode item = item("function_call", id, status);
    item.put("call_id", call.id().orElse("call_" + id));
    item.put("name", call.name().orElse(""));
    item.put("arguments", arguments);
    return item;
  }

  static ObjectNode outputText(String text) {
    ObjectNode part = part("output_text", text);
    part.putArray("annotations");
    part.putArray("logprobs");
    return part;
  }

  static ObjectNode part(String type, String text) {
    return Trees.object().put("type", type).put("text", text);
  }

  private static ObjectNode item(String type, String id, String status) {
    return Trees.object().put("type", type).put("id", id).put("status", status);
  }
}
