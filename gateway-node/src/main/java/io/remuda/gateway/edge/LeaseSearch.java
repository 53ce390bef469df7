package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Finds the instance of a request under a lease that no route tells of: a lease may be READY before
 * this gateway has heard which instance is kept for it.
 */
final class LeaseSearch {

  private LeaseSearch() {}

  /**
   * Asks once, and calls one of both on the request's loop.
   *
   * @param found takes the model as it is by then, and the instance
   */
  static void begin(
      InferenceHandler handler,
      ClientRequest request,
      String model,
      BiConsumer<ModelEntry, Target> found,
      Consumer<Refused> refused) {
    LeaseToken token = request.lease().orElseThrow();
    var unused =
        handler
            .leases()
            .look(token.lease())
            .thenAcceptAsync(
                reply -> {
                  LeasePlaceDecider.Place place = LeasePlaceDecider.decide(token, model, reply);
                  if (place.refused().isPresent()) {
                    refused.accept(place.refused().get());
                    return;
                  }
                  InstanceId instance = place.instance().orElseThrow();
                  ModelEntry entry = handler.routes().snapshot().get(model);
                  Optional<Target> target =
                      entry == null ? Optional.empty() : entry.working(instance);
                  if (entry == null || target.isEmpty()) {
                    refused.accept(unheard(token, instance));
                  } else {
                    found.accept(entry, target.get());
                  }
                },
                request.loop());
  }

  private static Refused unheard(LeaseToken token, InstanceId instance) {
    return Refused.of(
        ErrorCode.MODEL_NOT_READY,
        "this gateway has not heard yet how to reach %s, which lease %s has; try again in a moment"
            .formatted(instance, token.lease()));
  }
}
