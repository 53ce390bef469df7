package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import java.util.Optional;

/** Where a request under a lease goes, by what the registry says of the lease. Pure. */
public final class LeasePlaceDecider {

  private LeasePlaceDecider() {}

  /** The instance that it goes to, or why it goes nowhere: exactly one of the two. */
  public record Place(Optional<InstanceId> instance, Optional<Refused> refused) {

    private static Place at(InstanceId instance) {
      return new Place(Optional.of(instance), Optional.empty());
    }

    private static Place none(ErrorCode code, String sentence) {
      return new Place(Optional.empty(), Optional.of(Refused.of(code, sentence)));
    }
  }

  /** Of a request for {@code model} that shows {@code token}. */
  public static Place decide(LeaseToken token, String model, LeaseProtocol.Reply reply) {
    LeaseId id = token.lease();
    if (reply.lease().isEmpty()) {
      return reply
          .refused()
          .map(refused -> new Place(Optional.empty(), Optional.of(refused)))
          .orElseGet(() -> Place.none(ErrorCode.NOT_FOUND, "there is no lease " + id));
    }
    LeaseView lease = reply.lease().get();
    return switch (lease.state()) {
      case ENDED ->
          Place.none(
              ErrorCode.ENDED,
              "lease %s has ended%s; acquire another"
                  .formatted(id, lease.reason().map(why -> ": " + why).orElse("")));
      case PENDING ->
          Place.none(
              ErrorCode.MODEL_NOT_READY,
              "lease %s waits for instances%s; see 'GET /v1/leases/%s?wait=20s'"
                  .formatted(id, lease.reason().map(why -> ": " + why).orElse(""), id));
      case READY -> ready(token, model, lease);
    };
  }

  private static Place ready(LeaseToken token, String model, LeaseView lease) {
    LeaseId id = token.lease();
    if (lease.token().orElse(0) != token.number()) {
      return Place.none(
          ErrorCode.STALE_LEASE,
          "lease %s is not held under this token any more; 'GET /v1/leases/%s' tells the present one"
              .formatted(id, id));
    }
    Optional<LeaseView.Part> part =
        lease.parts().stream().filter(each -> each.model().value().equals(model)).findFirst();
    if (part.isEmpty()) {
      return Place.none(
          ErrorCode.INVALID_REQUEST,
          "lease %s is not of the model '%s'; acquire one that is".formatted(id, model));
    }
    return part.get()
        .instance()
        .map(Place::at)
        .orElseGet(
            () ->
                Place.none(
                    ErrorCode.MODEL_NOT_READY,
                    "lease %s has no instance of '%s' yet; try again in a moment"
                        .formatted(id, model)));
  }
}
