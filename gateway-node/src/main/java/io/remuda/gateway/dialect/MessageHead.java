package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What is alike in one answer of Anthropic's form, however it is sent.
 *
 * @param model as the client named it
 */
record MessageHead(String id, String model) {

  ObjectNode message() {
    ObjectNode message = Trees.object();
    message.put("id", id);
    message.put("type", "message");
    message.put("role", "assistant");
    message.put("model", model);
    message.putArray("content");
    message.putNull("stop_reason");
    message.putNull("stop_sequence");
    message.set("usage", usage(ChatUsage.NONE));
    return message;
  }

  /** Anthropic counts the tokens of a prompt that were known before apart from the others. */
  static ObjectNode usage(ChatUsage of) {
    ObjectNode usage = Trees.object();
    usage.put("input_tokens", of.prompt() - of.cached());
    usage.put("cache_creation_input_tokens", 0);
    usage.put("cache_read_input_tokens", of.cached());
    usage.put("output_tokens", of.completion());
    return usage;
  }

  /** Writes why it ended into {@code to}. */
  static void stop(
      Optional<String> finish, Optional<String> stopText, boolean tools, ObjectNode to) {
    String reason =
        switch (finish.orElse("stop")) {
          case "length" -> "max_tokens";
          case "content_filter" -> "refusal";
          default -> tools ? "tool_use" : stopText.isPresent() ? "stop_sequence" : "end_turn";
        };
    to.put("stop_reason", reason);
    to.put("stop_sequence", reason.equals("stop_sequence") ? stopText.orElse(null) : null);
  }
}
