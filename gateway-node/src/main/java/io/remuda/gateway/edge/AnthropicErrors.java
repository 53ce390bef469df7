package io.remuda.gateway.edge;

import java.util.Set;

/** The types of errors that Anthropic's clients know, and which of them ours are. */
final class AnthropicErrors {

  private static final Set<String> KNOWN =
      Set.of(
          "invalid_request_error",
          "authentication_error",
          "billing_error",
          "permission_error",
          "not_found_error",
          "request_too_large",
          "rate_limit_error",
          "timeout_error",
          "api_error",
          "overloaded_error");

  private AnthropicErrors() {}

  /** Whether its clients know the type. */
  static boolean isKnown(String type) {
    return KNOWN.contains(type);
  }

  /**
   * What its clients are told for our own type and code; a type that is theirs already stays.
   *
   * @param code empty where the error is an engine's
   */
  static String type(String type, String code) {
    return switch (code) {
      case "too_large" -> "request_too_large";
      case "timed_out", "request_timeout" -> "timeout_error";
      case "overloaded", "model_loading", "model_not_ready", "shutting_down", "waited_too_long" ->
          "overloaded_error";
      default ->
          switch (type) {
            case "server_error" -> "api_error";
            case "insufficient_quota" -> "billing_error";
            default -> isKnown(type) ? type : "invalid_request_error";
          };
    };
  }
}
