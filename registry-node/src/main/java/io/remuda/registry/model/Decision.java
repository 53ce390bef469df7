package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Optional;

/** What a command comes to: events to write (none when all is as wanted already), or a refusal. */
public record Decision(List<ModelEvent> events, Optional<Refused> refused) {

  public Decision {
    events = List.copyOf(events);
  }

  static Decision accepted(ModelEvent... events) {
    return new Decision(List.of(events), Optional.empty());
  }

  static Decision refused(ErrorCode code, String message) {
    return new Decision(List.of(), Optional.of(Refused.of(code, message)));
  }
}
