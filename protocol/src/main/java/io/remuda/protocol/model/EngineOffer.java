package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.Optional;

/**
 * An engine profile that a machine knows.
 *
 * @param available whether its program was found
 * @param version as the program tells it
 * @param reason why it is not available, and what to do about it
 */
public record EngineOffer(
    String engine, boolean available, Optional<String> version, Optional<String> reason)
    implements WireMessage {}
