package io.remuda.registry;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of the fleet that have not ended, as this registry node has heard of them. Written by
 * whoever follows the catalog alone, read by any thread; a little late, as all that is gossiped.
 */
final class CatalogCopy {

  private final Map<ModelName, Listing> lines = new ConcurrentHashMap<>();

  /** A part of the catalog, whole and newer than what was heard of it before. */
  void heard(Catalog part) {
    for (Listing line : part.entries()) {
      if (line.phase() == DeploymentPhase.ENDED) {
        lines.remove(line.name());
      } else {
        lines.put(line.name(), line);
      }
    }
  }

  /** By name; shows later changes too. */
  Map<ModelName, Listing> lines() {
    return Collections.unmodifiableMap(lines);
  }
}
