package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * How long an engine says that it took, in nanoseconds.
 *
 * @param prompt until it had read the prompt
 * @param answer for what it wrote
 */
record EngineTimings(long prompt, long answer) {

  private static final double NANOS_PER_MILLI = 1_000_000;

  static Optional<EngineTimings> of(JsonNode timings) {
    JsonNode prompt = timings.path("prompt_ms");
    JsonNode answer = timings.path("predicted_ms");
    return prompt.isNumber() && answer.isNumber()
        ? Optional.of(
            new EngineTimings(
                (long) (prompt.asDouble() * NANOS_PER_MILLI),
                (long) (answer.asDouble() * NANOS_PER_MILLI)))
        : Optional.empty();
  }
}
