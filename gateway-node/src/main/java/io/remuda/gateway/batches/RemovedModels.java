package io.remuda.gateway.batches;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Models that were removed so long ago that lines need not wait for them any more. One that this
 * gateway does not know is none of them: it may come back with the registry.
 */
final class RemovedModels {

  private final Supplier<RouteSnapshot> known;
  private final Duration wait;
  private final InstantSource clock;
  private final Map<ModelName, Removal> removals = new ConcurrentHashMap<>();

  /**
   * @param version of the listing that withdrew it: another removal is waited for anew
   */
  private record Removal(long version, Instant since) {}

  /**
   * @param wait from the moment that a removal is noticed; a model that is replaced is back by then
   */
  RemovedModels(Supplier<RouteSnapshot> known, Duration wait, InstantSource clock) {
    this.known = known;
    this.wait = wait;
    this.clock = clock;
  }

  /** Why nothing runs for this model any more; empty while something may. */
  Optional<Refused> gone(ModelName model) {
    Optional<Listing> removed = known.get().removed(model.value());
    if (removed.isEmpty()) {
      removals.remove(model);
      return Optional.empty();
    }
    Instant now = clock.instant();
    long version = removed.get().version();
    Removal removal =
        removals.merge(
            model, new Removal(version, now), (old, next) -> old.version() == version ? old : next);
    return now.isBefore(removal.since().plus(wait))
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.MODEL_NOT_FOUND,
                "the model '"
                    + model
                    + "' was removed before this request was executed; deploy it again and send the"
                    + " request in another batch"));
  }
}
