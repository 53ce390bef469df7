package io.remuda.node.external;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.Spread;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a worker says of itself when it joins.
 *
 * @param name as it calls itself; the same one that joins again takes its own place
 * @param address where it answers {@code POST /predict}; empty when it does not
 * @param slots calls that it works on at once
 * @param tasks whether it takes tasks from their queue itself
 */
record Worker(
    String name,
    ModelName model,
    Schema schema,
    Optional<URI> address,
    OptionalInt slots,
    boolean tasks) {

  static final String ENGINE = "external";

  /**
   * As the registry hears of it: the same for each worker of the model, whatever it can do beyond
   * its schema. That is told to its instance when it is there.
   */
  ModelSpec spec() {
    return new ModelSpec(
        model,
        ENGINE,
        Optional.empty(),
        1,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(),
        Spread.BINPACK,
        false,
        Optional.of(schema),
        Policies.NONE);
  }
}
