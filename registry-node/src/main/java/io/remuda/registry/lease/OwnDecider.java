package io.remuda.registry.lease;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseState.Cause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the deployment that a lease brings. Whose it is the name's owner decides and
 * writes down: it is declared only where nobody has the name, and removed only where the lease has
 * declared it. So a lease that does not know whether it was heard says it again, and takes nothing
 * that is another's.
 */
public final class OwnDecider {

  private OwnDecider() {}

  /** The name's owner has answered; no reply when none came in time. */
  public static LeaseDecision answered(
      LeaseState state,
      LeaseSoft soft,
      LeaseOrder.Own asked,
      Optional<RegistryProtocol.Reply> reply,
      Instant now) {
    if (reply.isEmpty()) {
      return LeaseDecision.remember(soft);
    }
    Optional<Refused> refused = reply.get().refused();
    return switch (asked) {
      case DEPLOY -> deployed(state, soft, refused, now);
      case REMOVE -> removed(state, soft, refused, now);
    };
  }

  private static LeaseDecision deployed(
      LeaseState state, LeaseSoft soft, Optional<Refused> refused, Instant now) {
    if (!state.isLive()) {
      return LeaseDecision.remember(soft);
    }
    if (refused.isEmpty()) {
      return new LeaseDecision(
          List.of(), soft.but(draft -> draft.deployed = true), !soft.deployed());
    }
    return refused.get().code().retry() == ErrorCode.Retry.NEVER
        ? LeaseDecision.write(
            new LeaseEnded(
                state.id(),
                Cause.NOT_DEPLOYED,
                refused.get().message(),
                Optional.of(refused.get().code()),
                now),
            soft.but(draft -> draft.removed = true))
        : LeaseDecision.remember(soft);
  }

  private static LeaseDecision removed(
      LeaseState state, LeaseSoft soft, Optional<Refused> refused, Instant now) {
    return refused.isEmpty() || isUnknown(refused)
        ? LeaseDecider.look(state, soft.but(draft -> draft.removed = true), now)
        : LeaseDecision.remember(soft);
  }

  private static boolean isUnknown(Optional<Refused> refused) {
    return refused.filter(why -> why.code() == ErrorCode.MODEL_NOT_FOUND).isPresent();
  }
}
