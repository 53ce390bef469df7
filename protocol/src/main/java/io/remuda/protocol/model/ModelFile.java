package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.Optional;

/**
 * What a machine found out about a model before it is placed.
 *
 * @param sizeBytes of its files; 0 where it has none
 * @param digest that tells two files of one name apart
 * @param estimate what one instance will claim
 * @param exact whether the estimate comes from the model's header and is not a guess
 * @param schema of a typed model
 * @param note how the estimate was made, in a sentence
 */
public record ModelFile(
    long sizeBytes,
    String digest,
    Resources estimate,
    boolean exact,
    Optional<Schema> schema,
    String note)
    implements WireMessage {}
