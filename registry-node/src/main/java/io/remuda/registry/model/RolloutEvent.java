package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import java.time.Instant;
import java.util.Map;

/** How one recipe takes another one's place, or does not. */
public sealed interface RolloutEvent extends ModelEvent {

  /**
   * An operator changed what the instances of a name that serves are started from. In a rollout
   * that is not over the new one takes its target's place: what served before it still does.
   */
  record RolloutBegun(ModelSpec spec, Instant at) implements RolloutEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return state
          .live()
          .map(
              now ->
                  RolloutChange.begun(
                      state,
                      new ModelState.Declaration(
                          spec, state.sequence(), state.sequence(), now.createdAt(), false),
                      at))
          .orElse(state);
    }

    @Override
    public String text() {
      return "%s is rolled out anew: %d of %s on %s"
          .formatted(name(), spec.replicas(), spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("engine", spec.engine(), "replicas", Integer.toString(spec.replicas()));
    }
  }

  /** All instances are of {@code revision} now. */
  record RolloutCompleted(ModelName name, long revision, Instant at) implements RolloutEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.completed(state);
    }

    @Override
    public String text() {
      return "rollout of %s complete: all instances are of version %d".formatted(name, revision);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("revision", Long.toString(revision));
    }
  }

  /**
   * {@code revision} did not become ready, or cannot: what served before it serves on.
   *
   * @param code what kind of reason it is
   */
  record RolloutHalted(ModelName name, long revision, String reason, ErrorCode code, Instant at)
      implements RolloutEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.halted(state, reason, code);
    }

    @Override
    public String text() {
      return "rollout of %s halted, version %d is given up: %s".formatted(name, revision, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("revision", Long.toString(revision), "code", code.code());
    }
  }

  /** An operator takes a rollout back: what served before it is declared again. */
  record RolledBack(ModelName name, long toRevision, String reason, Instant at)
      implements RolloutEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.returned(state, toRevision, reason);
    }

    @Override
    public String text() {
      return "%s rolled back to version %d: %s".formatted(name, toRevision, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("revision", Long.toString(toRevision));
    }
  }
}
