package io.remuda.registry.access;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Optional;

/**
 * What a command comes to: an event to write (none when all is as wanted already), or a refusal.
 */
record AccessDecision(Optional<AccessEvent> event, Optional<Refused> refused) {

  /** All is as wanted already. */
  static final AccessDecision NOTHING = new AccessDecision(Optional.empty(), Optional.empty());

  static AccessDecision write(AccessEvent event) {
    return new AccessDecision(Optional.of(event), Optional.empty());
  }

  static AccessDecision refused(ErrorCode code, String message) {
    return new AccessDecision(Optional.empty(), Optional.of(Refused.of(code, message)));
  }
}
