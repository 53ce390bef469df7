package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Finds the instance of one request under a lease that no route tells of: a lease may be READY
 * before this gateway has heard which instance is kept for it, or how a new one is reached. Asks
 * the registry once. Lives on the request's loop.
 */
final class LeaseSearch {

  private static final long LOOK_MILLIS = 50;

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final LeaseToken token;
  private final String model;
  private final BiConsumer<ModelEntry, Target> found;
  private final Consumer<Refused> refused;
  private final long begun = System.nanoTime();
  private boolean over;

  /**
   * Either {@code found} or {@code refused} is called, once, unless it is ended before.
   *
   * @param found takes the model as it is by then, and the instance
   */
  LeaseSearch(
      InferenceHandler handler,
      ClientRequest request,
      String model,
      BiConsumer<ModelEntry, Target> found,
      Consumer<Refused> refused) {
    this.handler = handler;
    this.request = request;
    this.token = request.lease().orElseThrow();
    this.model = model;
    this.found = found;
    this.refused = refused;
  }

  void begin() {
    var unused =
        handler.leases().look(token.lease()).thenAcceptAsync(this::answered, request.loop());
  }

  /** Nobody waits for what it finds any more. */
  void end() {
    over = true;
  }

  private void answered(LeaseProtocol.Reply reply) {
    if (over) {
      return;
    }
    LeasePlaceDecider.Place place = LeasePlaceDecider.decide(token, model, reply);
    if (place.refused().isPresent()) {
      refused.accept(Refusals.seenBy(request.models(), place.refused().get()));
    } else {
      reach(place.instance().orElseThrow());
    }
  }

  /** News of a new instance come here by another way than to the registry, and may come later. */
  private void reach(InstanceId instance) {
    if (over) {
      return;
    }
    ModelEntry entry = handler.routes().snapshot().get(model);
    Optional<Target> target = entry == null ? Optional.empty() : entry.working(instance);
    if (entry != null && target.isPresent()) {
      found.accept(entry, target.get());
    } else if (System.nanoTime() - begun >= handler.settings().leaseRouteWait().toNanos()) {
      refused.accept(unheard(instance));
    } else {
      CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS, request.loop())
          .execute(() -> reach(instance));
    }
  }

  private Refused unheard(InstanceId instance) {
    return Refused.of(
        ErrorCode.MODEL_NOT_READY,
        "this gateway has not heard yet how to reach %s, which lease %s has; try again in a moment"
            .formatted(instance, token.lease()));
  }
}
