package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The fleet's catalog, as owners of names write it. */
public interface CatalogLines {

  /** Tells all nodes; nothing comes of a line that is older than the one that is there. */
  void show(Listing line);

  /** The name's line, as this node knows it. */
  CompletionStage<Optional<Listing>> shown(ModelName name);
}
