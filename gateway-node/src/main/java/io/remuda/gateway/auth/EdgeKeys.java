package io.remuda.gateway.auth;

import io.remuda.gateway.edge.Authenticator;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;

/** The check of keys on the byte path, where every endpoint needs the scope INFER. */
public final class EdgeKeys implements Authenticator {

  private static final Need NEED = Need.oneOf(Scope.INFER);

  private final KeyCheck keys;
  private final LeaseSeal seal;

  /**
   * @param seal tells whose a lease is
   */
  public EdgeKeys(KeyCheck keys, LeaseSeal seal) {
    this.keys = keys;
    this.seal = seal;
  }

  @Override
  public Decision check(String token, Endpoint endpoint) {
    KeyCheck.Outcome outcome =
        keys.check(NEED, Optional.empty(), Optional.of(token).filter(sent -> !sent.isEmpty()));
    if (outcome.caller().isEmpty()) {
      return Decision.refused(
          outcome.refused().orElseGet(() -> Refused.of(ErrorCode.UNAUTHENTICATED, "no caller")));
    }
    Caller caller = outcome.caller().get();
    return Decision.allowed(
        caller.key(),
        caller.tenant(),
        caller.seesAll()
            ? model -> true
            : model -> ModelName.parse(model).filter(caller::sees).isPresent(),
        lease -> seal.covers(lease, caller));
  }
}
