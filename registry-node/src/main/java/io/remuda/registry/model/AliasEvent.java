package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What operators decided about a name that stands for another one. */
public sealed interface AliasEvent extends ModelEvent {

  /** From now on the name stands for {@code target}. */
  record AliasSet(ModelName name, ModelName target, Instant at) implements AliasEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.standingIn(Optional.of(new ModelState.Alias(target, state.sequence(), at)));
    }

    @Override
    public String text() {
      return "%s is an alias of %s".formatted(name, target);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("target", target.value());
    }
  }

  /** The name stands for nothing any more. */
  record AliasRemoved(ModelName name, Instant at) implements AliasEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.standingIn(Optional.empty());
    }

    @Override
    public String text() {
      return name + " is no alias any more";
    }

    @Override
    public Map<String, String> details() {
      return Map.of();
    }
  }
}
