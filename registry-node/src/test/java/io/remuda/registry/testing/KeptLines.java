package io.remuda.registry.testing;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.registry.model.CatalogLines;
import io.remuda.registry.model.RegistryMessage.Stands;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The catalog of a fleet of one: of each name the newest line holds. */
public final class KeptLines implements CatalogLines {

  /** All that were shown, the newest last. */
  public final List<Listing> all = new CopyOnWriteArrayList<>();

  private final Map<ModelName, Listing> newest = new ConcurrentHashMap<>();

  @Override
  public void show(Listing line) {
    newest.merge(line.name(), line, (was, next) -> next.isNewerThan(was) ? next : was);
    all.add(line);
  }

  @Override
  public Map<ModelName, Listing> known() {
    return Collections.unmodifiableMap(newest);
  }

  @Override
  public CompletionStage<Stands> whatIs(ModelName name) {
    Optional<Listing> line =
        Optional.ofNullable(newest.get(name)).filter(l -> l.phase() != DeploymentPhase.ENDED);
    return CompletableFuture.completedFuture(
        new Stands(line.isPresent() && line.get().alias().isEmpty(), line.flatMap(Listing::alias)));
  }

  @Override
  public CompletionStage<Optional<Listing>> shown(ModelName name) {
    return CompletableFuture.completedFuture(Optional.ofNullable(newest.get(name)));
  }
}
