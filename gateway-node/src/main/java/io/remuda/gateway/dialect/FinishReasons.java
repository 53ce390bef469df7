package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;

/** The reasons to finish that OpenAI's clients know, made of those that engines give. */
final class FinishReasons {

  static final String STOP = "stop";
  static final String TOOL_CALLS = "tool_calls";

  private FinishReasons() {}

  /**
   * The one that {@code given} means; empty where it is none, which some engines write as an empty
   * text.
   *
   * @param called whether the answer calls a tool, which some engines end as any other
   */
  static Optional<String> of(JsonNode given, boolean called) {
    if (!given.isTextual() || given.asText().isBlank()) {
      return Optional.empty();
    }
    String known = known(given.asText().strip().toLowerCase(Locale.ROOT));
    return Optional.of(called && known.equals(STOP) ? TOOL_CALLS : known);
  }

  /** Each engine has words of its own for an end that the model chose. */
  private static String known(String given) {
    return switch (given) {
      case "length", "max_tokens", "max_length", "model_length", "max_new_tokens" -> "length";
      case TOOL_CALLS, "tool_call", "tool_use", "tools" -> TOOL_CALLS;
      case "function_call" -> "function_call";
      case "content_filter", "content-filter", "safety", "refusal", "filtered" -> "content_filter";
      default -> STOP;
    };
  }
}
