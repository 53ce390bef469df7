package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The tokens that an engine counted.
 *
 * @param cached those of the prompt that it had worked on before; a part of {@code prompt}
 * @param thought those of the completion that were thoughts
 */
record ChatUsage(long prompt, long cached, long completion, long thought) {

  static final ChatUsage NONE = new ChatUsage(0, 0, 0, 0);

  static Optional<ChatUsage> of(JsonNode usage) {
    if (!usage.isObject()) {
      return Optional.empty();
    }
    long prompt = usage.path("prompt_tokens").asLong();
    return Optional.of(
        new ChatUsage(
            prompt,
            Math.min(prompt, usage.at("/prompt_tokens_details/cached_tokens").asLong()),
            usage.path("completion_tokens").asLong(),
            usage.at("/completion_tokens_details/reasoning_tokens").asLong()));
  }
}
