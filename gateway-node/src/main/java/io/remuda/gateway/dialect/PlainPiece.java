package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * What one chunk adds to an answer that is plain text of one choice.
 *
 * @param finished whether it brings the reason to finish
 * @param tokens of the answer so far, where the chunk counts them; -1 where it does not
 * @param beyond what it holds that no text tells
 */
public record PlainPiece(String text, boolean finished, long tokens, Optional<String> beyond) {

  public static PlainPiece of(AnswerKind kind, JsonNode chunk) {
    if (chunk.hasNonNull("error")) {
      return beyond("an error");
    }
    JsonNode choices = chunk.path("choices");
    JsonNode choice = choices.path(0);
    if (choices.size() > 1 || choice.path("index").asInt() != 0) {
      return beyond("several choices");
    }
    if (choice.hasNonNull("logprobs")) {
      return beyond("logprobs");
    }
    JsonNode said = kind == AnswerKind.CHAT ? choice.path("delta") : choice;
    String field = kind == AnswerKind.CHAT ? "content" : "text";
    if (kind == AnswerKind.CHAT) {
      for (Iterator<Map.Entry<String, JsonNode>> each = said.fields(); each.hasNext(); ) {
        Map.Entry<String, JsonNode> one = each.next();
        boolean plain = one.getKey().equals("role") || one.getKey().equals(field);
        if (!plain && !isNothing(one.getValue())) {
          return beyond(one.getKey());
        }
      }
    }
    JsonNode counted = chunk.path("usage").path("completion_tokens");
    return new PlainPiece(
        said.path(field).isTextual() ? said.path(field).asText() : "",
        isFinished(choice),
        counted.isIntegralNumber() ? counted.asLong() : -1,
        Optional.empty());
  }

  /** Whether a choice tells its reason to finish: some engines say an empty one before. */
  static boolean isFinished(JsonNode choice) {
    JsonNode reason = choice.path("finish_reason");
    return reason.isTextual() && !reason.asText().isEmpty();
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || (value.isContainerNode() && value.isEmpty())
        || (value.isTextual() && value.asText().isEmpty());
  }

  private static PlainPiece beyond(String what) {
    return new PlainPiece("", false, -1, Optional.of(what));
  }
}
