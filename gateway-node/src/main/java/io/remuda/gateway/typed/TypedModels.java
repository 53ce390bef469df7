package io.remuda.gateway.typed;

import io.remuda.protocol.id.ModelName;
import java.util.Optional;

/** The typed models that this gateway knows. Reads a snapshot: never blocks, asks no actor. */
public interface TypedModels {

  /** Knows none. */
  TypedModels NONE = model -> Optional.empty();

  /** The codec of the model's present schema; empty for an unknown name or one without a schema. */
  Optional<TypedCodec> find(ModelName model);

  /** The codec of a schema that any model had since this gateway started, while it is kept. */
  default Optional<TypedCodec> met(String fingerprint) {
    return Optional.empty();
  }
}
