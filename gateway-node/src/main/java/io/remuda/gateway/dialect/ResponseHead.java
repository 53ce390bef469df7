package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What is alike in one response, however it is sent: its id, and what was asked for, as its clients
 * expect to be told again.
 *
 * @param asked the response without what comes of it
 */
record ResponseHead(String id, ObjectNode asked) {

  private static final List<String> TOLD_AGAIN =
      List.of(
          "instructions", "max_output_tokens", "metadata", "temperature", "top_p", "user", "tools");

  static ResponseHead of(JsonNode request, CallFacts facts) {
    ObjectNode asked = Trees.object();
    String id = "resp_" + facts.requestId();
    asked.put("id", id);
    asked.put("object", "response");
    asked.put("created_at", facts.at().getEpochSecond());
    asked.put("model", request.path("model").asText());
    for (String name : TOLD_AGAIN) {
      asked.set(name, request.path(name).deepCopy());
    }
    TOLD_AGAIN.stream()
        .filter(name -> asked.path(name).isMissingNode() || asked.path(name).isNull())
        .forEach(asked::putNull);
    if (asked.path("metadata").isNull()) {
      asked.putObject("metadata");
    }
    if (asked.path("tools").isNull()) {
      asked.putArray("tools");
    }
    asked.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
    JsonNode choice = request.path("tool_choice");
    if (choice.isMissingNode() || choice.isNull()) {
      asked.put("tool_choice", "auto");
    } else {
      asked.set("tool_choice", choice.deepCopy());
    }
    ObjectNode reasoning = asked.putObject("reasoning").putNull("effort").putNull("summary");
    Fields.carry(request.path("reasoning"), "effort", reasoning, "effort");
    JsonNode format = request.at("/text/format");
    ObjectNode text = asked.putObject("text");
    if (format.isObject()) {
      text.set("format", format.deepCopy());
    } else {
      text.putObject("format").put("type", "text");
    }
    asked.put("background", false);
    asked.putNull("previous_response_id");
    asked.put("store", false);
    asked.put("truncation", "disabled");
    return new ResponseHead(id, asked);
  }

  /** One that nothing has come of yet. */
  ObjectNode begun() {
    ObjectNode response = asked.deepCopy();
    response.put("status", "in_progress");
    response.putNull("error");
    response.putNull("incomplete_details");
    response.putArray("output");
    response.putNull("usage");
    return response;
  }

  /** One that is over; its output is still to be put in. */
  ObjectNode over(Optional<String> finish, ChatUsage tokens) {
    ObjectNode response = begun();
    String why =
        switch (finish.orElse("stop")) {
          case "length" -> "max_output_tokens";
          case "content_filter" -> "content_filter";
          default -> "";
        };
    response.put("status", why.isEmpty() ? "completed" : "incomplete");
    if (!why.isEmpty()) {
      response.putObject("incomplete_details").put("reason", why);
    }
    ObjectNode usage = response.putObject("usage");
    usage.put("input_tokens", tokens.prompt());
    ObjectNode input = usage.putObject("input_tokens_details");
    input.put("cached_tokens", tokens.cached());
    // No engine counts them; clients that check an answer ask for the field.
    input.put("cache_write_tokens", 0);
    usage.put("output_tokens", tokens.completion());
    usage.putObject("output_tokens_details").put("reasoning_tokens", tokens.thought());
    usage.put("total_tokens", tokens.prompt() + tokens.completion());
    return response;
  }

  String itemId(String kind, int index) {
    return kind + "_" + id.substring("resp_".length()) + "_" + index;
  }
}
