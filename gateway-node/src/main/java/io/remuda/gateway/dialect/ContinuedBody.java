package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.model.Continues;
import java.util.List;
import java.util.Optional;

/** A request for the rest of an answer whose beginning another engine gave. */
public final class ContinuedBody {

  private static final List<String> LIMITS = List.of("max_tokens", "max_completion_tokens");

  private ContinuedBody() {}

  /**
   * What keeps a request of that kind from being continued, whatever its fields are called.
   *
   * @param body as the engine was sent it, with no field beyond those of {@link PlainFields}
   * @param tokens of the text so far
   */
  public static Optional<String> objection(AnswerKind kind, JsonNode body, long tokens) {
    for (String name : LIMITS) {
      if (body.path(name).isIntegralNumber() && body.path(name).asLong() <= tokens) {
        return Optional.of("all of its " + name + " were sent");
      }
    }
    return switch (kind) {
      case CHAT -> chatObjection(body.path("messages"));
      case COMPLETION ->
          body.path("prompt").isTextual()
              ? Optional.empty()
              : Optional.of("its prompt is not one text");
    };
  }

  private static Optional<String> chatObjection(JsonNode messages) {
    if (!messages.isArray() || messages.isEmpty()) {
      return Optional.of("it has no messages");
    }
    return messages.path(messages.size() - 1).path("role").asText().equals("assistant")
        ? Optional.of("its last message is the assistant's already")
        : Optional.empty();
  }

  /**
   * Puts {@code text} in front of what the engine is asked for, and takes its {@code tokens} from
   * what it may say; where there is no text yet nothing is changed.
   *
   * @param body one to which there is no {@link #objection}; it is changed
   */
  public static void add(
      AnswerKind kind, Continues how, ObjectNode body, String text, long tokens) {
    if (text.isEmpty()) {
      return;
    }
    for (String name : LIMITS) {
      if (body.path(name).isIntegralNumber()) {
        body.put(name, body.path(name).asLong() - tokens);
      }
    }
    switch (kind) {
      case CHAT -> {
        ((ArrayNode) body.path("messages"))
            .addObject()
            .put("role", "assistant")
            .put("content", text);
        if (how == Continues.FLAGGED_MESSAGE) {
          body.put("continue_final_message", true).put("add_generation_prompt", false);
        }
      }
      case COMPLETION -> body.put("prompt", body.path("prompt").asText() + text);
    }
  }
}
