package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** How one recipe takes another one's place, or does not. */
public sealed interface RolloutEvent extends ModelEvent {

  /**
   * An operator changed what the instances of a name that serves are started from. In a rollout
   * that is not over the new one takes its target's place: what served before it still does.
   *
   * @param back revision that had the same recipe, where an operator rolled back to it
   */
  record RolloutBegun(ModelSpec spec, OptionalLong back, Instant at) implements RolloutEvent {

    /** Of a recipe that nobody goes back to. */
    public RolloutBegun(ModelSpec spec, Instant at) {
      this(spec, OptionalLong.empty(), at);
    }

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
                      new Declaration(
                          spec, state.sequence(), state.sequence(), now.createdAt(), false),
                      back,
                      at))
          .orElse(state);
    }

    @Override
    public String text() {
      String what =
          back.isPresent()
              ? "is rolled back to version " + back.getAsLong()
              : spec.policies().rollout().canary().isPresent()
                  ? "gets a canary of %d percent"
                      .formatted(spec.policies().rollout().canary().getAsInt())
                  : "is rolled out anew";
      return "%s %s: %d of %s on %s"
          .formatted(
              name(), what, spec.replicas(), spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("engine", spec.engine(), "replicas", Integer.toString(spec.replicas()));
    }
  }

  /**
   * All instances are of {@code revision} now.
   *
   * @param gap for how long nobody took requests on the way; empty where somebody always did
   */
  record RolloutCompleted(ModelName name, long revision, Optional<Duration> gap, Instant at)
      implements RolloutEvent {

    /** One in which somebody always took requests. */
    public RolloutCompleted(ModelName name, long revision, Instant at) {
      this(name, revision, Optional.empty(), at);
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.completed(state);
    }

    @Override
    public String text() {
      return "rollout of %s complete: all instances are of version %d%s"
          .formatted(
              name,
              revision,
              gap.map(
                      length ->
                          String.format(
                              Locale.ROOT,
                              "; for %.3f s nobody took requests",
                              length.toMillis() / 1e3))
                  .orElse(""));
    }

    @Override
    public Map<String, String> details() {
      return Map.of("revision", Long.toString(revision));
    }
  }

  /** An operator lets a canary take the old version's place. */
  record RolloutPromoted(ModelName name, long revision, Instant at) implements RolloutEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.promoted(state, at);
    }

    @Override
    public String text() {
      return "%s: version %d is promoted and takes the old one's place".formatted(name, revision);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("revision", Long.toString(revision));
    }
  }

  /**
   * An operator gives a canary another share of the requests.
   *
   * @param percent of them
   */
  record CanaryWeighed(ModelName name, int percent, Instant at) implements RolloutEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.weighed(state, percent, at);
    }

    @Override
    public String text() {
      return "%s: its canary gets %d percent of the requests".formatted(name, percent);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("percent", Integer.toString(percent));
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
