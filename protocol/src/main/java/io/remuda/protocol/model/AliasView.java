package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;

/**
 * A second name of a model, which requests may use in the place of the model's own.
 *
 * @param target the model that answers now
 * @param version what {@code If-Match} names; rises with each change
 * @param setAt since when it stands for this target
 */
public record AliasView(ModelName name, ModelName target, long version, Instant setAt)
    implements WireMessage {}
