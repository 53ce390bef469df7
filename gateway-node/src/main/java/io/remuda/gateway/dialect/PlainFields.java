package io.remuda.gateway.dialect;

import java.util.Set;

/**
 * The fields of a request for plain text: what is not among them may shape the answer in a way that
 * does not outlive a change of engines in its middle, such as tools, a grammar or a seed.
 */
public final class PlainFields {

  private static final Set<String> PLAIN =
      Set.of(
          "model",
          "messages",
          "prompt",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "presence_penalty",
          "frequency_penalty",
          "repeat_penalty",
          "repetition_penalty",
          "stop",
          "user",
          "metadata",
          "store",
          "service_tier",
          "cache_prompt",
          "prompt_cache_key",
          "safety_identifier",
          "ignore_eos");

  /** Those that ask for nothing more where they say one. */
  private static final Set<String> ONE = Set.of("n", "best_of");

  private PlainFields() {}

  /** Whether the field asks for plain text alone, whatever it says. */
  public static boolean contains(String name) {
    return PLAIN.contains(name);
  }

  /** Whether the field does where its value is 1. */
  public static boolean mayBeOne(String name) {
    return ONE.contains(name);
  }
}
