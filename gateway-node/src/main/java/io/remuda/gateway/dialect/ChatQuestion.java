package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** A question to an engine in OpenAI's chat, while it is put together. */
final class ChatQuestion {

  static final String PATH = "/v1/chat/completions";

  private final ObjectNode body = Trees.object();
  private final ArrayNode messages = Trees.array();

  ChatQuestion(String model) {
    body.put("model", model);
    body.set("messages", messages);
  }

  ObjectNode body() {
    return body;
  }

  /** What rules the whole talk. Templates of models take one of these, and only as the first. */
  void system(String text) {
    ObjectNode last = messages.isEmpty() ? null : (ObjectNode) messages.get(messages.size() - 1);
    if (last != null && messages.size() == 1 && last.path("role").asText().equals("system")) {
      last.put("content", last.path("content").asText() + "\n\n" + text);
    } else {
      messages.addObject().put("role", "system").put("content", text);
    }
  }

  /** What the user says; nothing is added for no parts. */
  void user(ChatParts parts) {
    if (!parts.isEmpty()) {
      ObjectNode message = messages.addObject().put("role", "user");
      message.set("content", parts.content());
    }
  }

  /** What the model said before, and which tools it called. */
  void assistant(String text, List<ToolPiece> calls) {
    ObjectNode message = messages.addObject().put("role", "assistant");
    if (text.isEmpty() && !calls.isEmpty()) {
      message.putNull("content");
    } else {
      message.put("content", text);
    }
    if (!calls.isEmpty()) {
      ArrayNode all = message.putArray("tool_calls");
      for (ToolPiece call : calls) {
        ObjectNode one = all.addObject();
        one.put("id", call.id().orElse("call_" + call.index()));
        one.put("type", "function");
        one.putObject("function")
            .put("name", call.name().orElse(""))
            .put("arguments", call.arguments());
      }
    }
  }

  /** What came of a call. */
  void tool(String callId, String text) {
    messages.addObject().put("role", "tool").put("tool_call_id", callId).put("content", text);
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /** Offers a tool to the model. */
  ObjectNode offer(String name, Optional<String> description) {
    ObjectNode tool = body.withArray("/tools").addObject().put("type", "function");
    ObjectNode function = tool.putObject("function").put("name", name);
    description.ifPresent(text -> function.put("description", text));
    return function;
  }

  /** Makes the model call this tool. */
  void insistOn(String name) {
    body.putObject("tool_choice").put("type", "function").putObject("function").put("name", name);
  }

  /** Makes the model answer in JSON of this schema. */
  ObjectNode answersIn(String name, com.fasterxml.jackson.databind.JsonNode schema) {
    ObjectNode format = body.putObject("response_format").put("type", "json_schema");
    ObjectNode json = format.putObject("json_schema").put("name", name);
    json.set("schema", schema);
    return json;
  }

  /** Asks for events, the last of which tells the tokens. */
  void stream() {
    body.put("stream", true).putObject("stream_options").put("include_usage", true);
  }
}
