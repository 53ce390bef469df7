package io.remuda.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.node.engine.EngineProfile.ReadinessStep;
import java.util.List;

/** Judges the answer to a readiness step. */
final class ReadinessPolicy {
  private ReadinessPolicy() {}

  /** What is wrong with the answer, in a sentence; empty when the step holds. */
  static String wrong(ReadinessStep step, int status, JsonNode body, String alias) {
    if (status != 200) {
      String said = body.at("/error/message").asText(body.path("error").asText(""));
      return step.path() + " answered " + status + (said.isBlank() ? "" : ": " + said);
    }
    return switch (step.expect()) {
      case OK -> "";
      case ALIAS ->
          names(body).contains(alias)
              ? ""
              : step.path() + " does not name " + alias + " but " + names(body);
      case TOKEN -> produced(body) ? "" : step.path() + " answered without a token";
    };
  }

  /** Model names in OpenAI's list ({@code data[].id}) or Ollama's ({@code models[].name}). */
  private static List<String> names(JsonNode body) {
    List<String> ids = body.path("data").findValuesAsText("id");
    return ids.isEmpty()
        ? body.path("models").findValuesAsText("name").stream()
            // Ollama adds a tag to a name that has none.
            .flatMap(name -> java.util.stream.Stream.of(name, name.replaceFirst(":latest$", "")))
            .toList()
        : ids;
  }

  /** A generated text, a vector, a score, or a count of generated tokens. */
  private static boolean produced(JsonNode body) {
    JsonNode choice = body.at("/choices/0");
    return choice.isObject()
        || body.at("/data/0/embedding").isArray()
        || body.at("/results/0").isObject()
        || body.path("usage").path("completion_tokens").asInt() > 0
        || body.path("done").asBoolean();
  }
}
