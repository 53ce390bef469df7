package io.remuda.node.self;

import io.remuda.protocol.Refused;
import io.remuda.protocol.model.ModelSpec;
import java.util.List;
import java.util.Optional;

/** Where models come from that nobody has to deploy: a folder of jars, workers that have joined. */
@FunctionalInterface
public interface OwnModels {

  /** Nothing by itself. */
  OwnModels NONE = List::of;

  /**
   * All that there are now, each with its schema, no name twice. May block for as long as it takes
   * to look at them.
   */
  List<ModelSpec> look();

  /**
   * What the registry says of one of them; told at each look once it is known. Never blocks.
   *
   * @param refused why the registry does not take it
   * @param earlier fingerprints of the schemas that its own took the place of by adding to them
   */
  default void answered(ModelSpec spec, Optional<Refused> refused, List<String> earlier) {}

  /** Those of {@code first}, and those of {@code second} whose names are free. */
  static OwnModels both(OwnModels first, OwnModels second) {
    return new BothModels(first, second);
  }
}
