package io.remuda.gateway.dialect;

import java.time.Instant;

/**
 * What a translation needs to know of a call besides its body.
 *
 * @param model the name that the engine is asked by
 * @param requestId from which the ids within the answer are made
 * @param at when it came
 */
public record CallFacts(String model, String requestId, Instant at) {}
