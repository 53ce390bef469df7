package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.RegistryMessage.Stands;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The fleet's catalog, as owners of names write it and read what others wrote. */
public interface CatalogLines {

  /** Tells all nodes; nothing comes of a line that is older than the one that is there. */
  void show(Listing line);

  /** The name's line, as this node knows it. */
  CompletionStage<Optional<Listing>> shown(ModelName name);

  /**
   * The lines of all names that have not ended, as this node has heard of them: a little late. The
   * map may show later changes too.
   */
  Map<ModelName, Listing> known();

  /** What the owner of {@code name} says that it is, now; fails when it does not answer in time. */
  CompletionStage<Stands> whatIs(ModelName name);
}
