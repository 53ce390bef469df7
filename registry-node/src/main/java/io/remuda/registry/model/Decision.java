package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a command comes to: events to write (none when all is as wanted already), or a refusal. */
public record Decision(List<ModelEvent> events, Optional<Refused> refused) {

  public Decision {
    events = List.copyOf(events);
  }

  static Decision accepted(ModelEvent... events) {
    return new Decision(List.of(events), Optional.empty());
  }

  /** {@code decision}, unless there is a reason against what it would write. */
  static Decision unless(Decision decision, Supplier<Optional<Refused>> against) {
    return decision.events().isEmpty()
        ? decision
        : against.get().map(why -> new Decision(List.of(), Optional.of(why))).orElse(decision);
  }

  static Decision refused(ErrorCode code, String message) {
    return new Decision(List.of(), Optional.of(Refused.of(code, message)));
  }
}
