package io.remuda.gateway.edge;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Says who may use the byte path. Reads a snapshot: never blocks, asks no actor, and is called by
 * many threads.
 */
public interface Authenticator {

  /** Lets everybody use everything: right only on a loopback address. */
  Authenticator OPEN = (token, endpoint) -> Decision.allowed("", model -> true);

  /**
   * @param token of {@code Authorization: Bearer} or {@code x-api-key}; empty when there was none
   */
  Decision check(String token, Endpoint endpoint);

  /**
   * @param key id of the key, for logs; empty where there is none
   * @param tenant whose key or token it is; empty: the operator's
   * @param models which models the caller may know of; others do not exist for it
   * @param leases under which it may call; others do not exist for it
   */
  record Decision(
      Optional<Refused> refused,
      String key,
      Optional<String> tenant,
      Predicate<String> models,
      Predicate<LeaseId> leases) {

    /** Under whichever lease it shows. */
    public static Decision allowed(String key, Predicate<String> models) {
      return allowed(key, Optional.empty(), models, lease -> true);
    }

    public static Decision allowed(
        String key, Optional<String> tenant, Predicate<String> models, Predicate<LeaseId> leases) {
      return new Decision(Optional.empty(), key, tenant, models, leases);
    }

    public static Decision refused(Refused reason) {
      return new Decision(
          Optional.of(reason), "", Optional.empty(), model -> false, lease -> false);
    }
  }
}
