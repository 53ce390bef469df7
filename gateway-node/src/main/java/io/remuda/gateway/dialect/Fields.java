package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Reads fields of a client's request, and refuses by their path what is of another kind. */
final class Fields {

  /**
   * What samples and limits an answer is named alike in most dialects and in OpenAI's chat; engines
   * know more of these than OpenAI does.
   */
  private static final String[] ALIKE = {
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "repeat_penalty",
    "logit_bias",
    "chat_template_kwargs"
  };

  private Fields() {}

  /** Whether the client said anything under this name. */
  static boolean has(JsonNode object, String name) {
    return object.hasNonNull(name);
  }

  /** Carries what means the same under the same name. */
  static void carryAlike(JsonNode from, ObjectNode to) {
    for (String name : ALIKE) {
      carry(from, name, to, name);
    }
  }

  static void carry(JsonNode from, String name, ObjectNode to, String as) {
    JsonNode value = from.path(name);
    if (!value.isMissingNode() && !value.isNull()) {
      to.set(as, value);
    }
  }

  /** A text, if there is one. */
  static Optional<String> text(JsonNode object, String name, String path) throws BadRequest {
    JsonNode value = object.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw BadRequest.at(path, "must be a string");
    }
    return Optional.of(value.asText());
  }

  static String needText(JsonNode object, String name, String path) throws BadRequest {
    return text(object, name, path)
        .orElseThrow(() -> BadRequest.at(path, "is missing; give it as a string"));
  }

  /** A list, if there is one: else a node without elements. */
  static JsonNode list(JsonNode object, String name, String path) throws BadRequest {
    JsonNode value = object.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isArray()) {
      throw BadRequest.at(path, "must be a list");
    }
    return value;
  }

  static JsonNode needObject(JsonNode value, String path) throws BadRequest {
    if (!value.isObject()) {
      throw BadRequest.at(path, "must be an object");
    }
    return value;
  }
}
