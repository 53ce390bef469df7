package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one chunk of an engine's chat says, or its whole answer. Read leniently, since engines
 * differ: an empty reason to finish is none, and thoughts go by two names.
 *
 * @param finish the reason, in OpenAI's words
 * @param stopText the text that stopped it, where the engine tells
 * @param timings of the engine itself, where it tells
 */
record ChatPiece(
    String text,
    String thinking,
    List<ToolPiece> tools,
    Optional<String> finish,
    Optional<String> stopText,
    Optional<ChatUsage> usage,
    Optional<EngineTimings> timings) {

  static ChatPiece ofChunk(JsonNode chunk) throws BadAnswer {
    return of(chunk, "delta", ToolPiece::ofChunk);
  }

  static ChatPiece ofAnswer(JsonNode answer) throws BadAnswer {
    if (!answer.path("choices").path(0).isObject()) {
      refuseError(answer);
      throw BadAnswer.of("the engine answered without a choice; its log may say why");
    }
    return of(answer, "message", ToolPiece::ofAnswer);
  }

  /** Whether it says nothing: engines open their streams with such. */
  boolean isEmpty() {
    return text.isEmpty()
        && thinking.isEmpty()
        && tools.isEmpty()
        && finish.isEmpty()
        && usage.isEmpty();
  }

  private static ChatPiece of(JsonNode all, String part, Function<JsonNode, List<ToolPiece>> tools)
      throws BadAnswer {
    refuseError(all);
    JsonNode choice = all.path("choices").path(0);
    JsonNode said = choice.path(part);
    String text = choice.path("text").isTextual() ? choice.path("text").asText() : "";
    String thoughts = textOf(said.path("reasoning_content"));
    return new ChatPiece(
        said.path("content").isTextual() ? said.path("content").asText() : text,
        thoughts.isEmpty() ? textOf(said.path("reasoning")) : thoughts,
        tools.apply(said.path("tool_calls")),
        filled(choice.path("finish_reason")),
        filled(choice.path("stop_reason")),
        ChatUsage.of(all.path("usage")),
        EngineTimings.of(all.path("timings")));
  }

  /** Engines tell of a failure in the middle with an object, or with its text alone. */
  static void refuseError(JsonNode all) throws BadAnswer {
    JsonNode error = all.path("error");
    if (error.isMissingNode() || error.isNull()) {
      return;
    }
    String message = error.isTextual() ? error.asText() : textOf(error.path("message"));
    throw BadAnswer.of(
        message.isEmpty() ? "the engine failed in the middle of its answer" : message);
  }

  private static String textOf(JsonNode value) {
    return value.isTextual() ? value.asText() : "";
  }

  private static Optional<String> filled(JsonNode value) {
    return Optional.of(textOf(value)).filter(text -> !text.isEmpty());
  }
}
