package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelSpec;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A name's line in the catalog: written again only when it says something else. */
final class CatalogEntry {

  private final Consumer<Listing> catalog;
  private final Clock clock;
  private Optional<Listing> last = Optional.empty();

  CatalogEntry(Consumer<Listing> catalog, Clock clock) {
    this.catalog = catalog;
    this.clock = clock;
  }

  /** The new line, if there is one. A name that was never declared has none. */
  Optional<Listing> show(ModelState state, Outlook outlook) {
    if (state.declaration().isEmpty()) {
      return Optional.empty();
    }
    // Rises over restarts of the actor too, which do not change the sequence.
    long soft = Math.max(last.map(Listing::softVersion).orElse(0L) + 1, clock.millis());
    Listing next = listing(state, state.declaration().get(), outlook, soft);
    if (last.isPresent() && sameBut(last.get(), next)) {
      return Optional.empty();
    }
    last = Optional.of(next);
    catalog.accept(next);
    return last;
  }

  private static Listing listing(
      ModelState state, ModelState.Declaration declaration, Outlook outlook, long soft) {
    ModelSpec spec = declaration.spec();
    boolean ended = outlook.phase() == DeploymentPhase.ENDED;
    return new Listing(
        state.name(),
        state.sequence(),
        soft,
        declaration.version(),
        outlook.phase(),
        spec.engine(),
        spec.model(),
        ended ? 0 : spec.replicas(),
        outlook.ready(),
        outlook.reason(),
        ended ? OptionalInt.empty() : spec.context(),
        ended ? Optional.empty() : state.schema(),
        declaration.createdAt(),
        declaration.self());
  }

  private static boolean sameBut(Listing a, Listing b) {
    return a.version() == b.version()
        && a.phase() == b.phase()
        && a.ready() == b.ready()
        && a.reason().equals(b.reason());
  }
}
