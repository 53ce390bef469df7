package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.registry.model.ModelState.Description;
import io.remuda.registry.model.ModelState.Failures;
import io.remuda.registry.model.Recipes.Recipe;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a rollout's events make of a name's state. */
final class RolloutChange {

  private RolloutChange() {}

  /** Declared with another recipe, while what serves goes on serving. */
  static ModelState begun(ModelState state, Declaration declared, OptionalLong back, Instant at) {
    long from =
        state
            .rollout()
            .map(Rollout::from)
            .or(() -> state.live().map(Declaration::revision))
            .orElse(0L);
    OptionalInt canary = declared.spec().policies().rollout().canary();
    return DeclarationChange.declared(
        state, declared, Optional.of(Rollout.begun(from, declared.revision(), canary, back, at)));
  }

  /** Given up, and what failed of it does not count against what serves. */
  static ModelState halted(ModelState state, String why, ErrorCode code) {
    return state.but(
        next -> {
          next.rollout = state.rollout().map(on -> on.halted(why, code));
          next.failures = Failures.NONE;
        });
  }

  /**
   * What served before it is declared again. How many instances are wanted and how they move stays
   * as it is now.
   */
  static ModelState returned(ModelState state, long revision, String why) {
    Optional<Recipe> before = state.recipes().find(revision);
    if (state.live().isEmpty() || state.rollout().isEmpty() || before.isEmpty()) {
      return state;
    }
    Declaration now = state.live().get();
    Declaration again =
        new Declaration(
            before
                .get()
                .declared()
                .withReplicas(now.spec().replicas())
                .withPolicies(now.spec().policies()),
            state.sequence(),
            revision,
            now.createdAt(),
            false);
    return DeclarationChange.declared(state, again, state.rollout().map(on -> on.returning(why)))
        .but(
            next ->
                next.description =
                    before.get().file().map(file -> new Description(file, revision)));
  }

  /**
   * Over; what served before it can be had back. After one that had something back, or was taken
   * back itself, nothing can: a roll back that is asked for again would undo the first one, or go
   * one version too far.
   */
  static ModelState completed(ModelState state) {
    return state.but(
        next -> {
          state
              .rollout()
              .ifPresent(
                  on ->
                      next.previous =
                          on.advances() && on.back().isEmpty()
                              ? OptionalLong.of(on.from())
                              : OptionalLong.empty());
          next.rollout = Optional.empty();
        });
  }

  static ModelState promoted(ModelState state, Instant at) {
    return state.with(state.rollout().map(on -> on.promoted(at)));
  }

  /** The declaration says so too, so that the same one again changes nothing. */
  static ModelState weighed(ModelState state, int percent, Instant at) {
    Optional<Rollout> weighed = state.rollout().map(on -> on.weighed(percent, at));
    return state
        .live()
        .map(
            now ->
                DeclarationChange.declared(
                    state,
                    new Declaration(
                        weighing(now.spec(), OptionalInt.of(percent)),
                        state.sequence(),
                        now.revision(),
                        now.createdAt(),
                        now.self()),
                    weighed))
        .orElse(state);
  }

  /** The same specification with another share for a canary, or with none. */
  static ModelSpec weighing(ModelSpec spec, OptionalInt percent) {
    Policies now = spec.policies();
    RolloutWish wish = now.rollout();
    return spec.withPolicies(
        new Policies(
            now.scaling(),
            new RolloutWish(wish.strategy(), wish.surge(), wish.deadline(), percent),
            now.keep(),
            now.needs(),
            now.relief(),
            now.defaults()));
  }

  /** An instance takes requests for the first time. */
  static ModelState ready(ModelState state, InstanceId id, Instant at) {
    return followed(state, Optional.ofNullable(state.instances().get(id)), at);
  }

  /**
   * {@code known} does not take requests any more, or is gone.
   *
   * @param state without it
   */
  static ModelState gone(ModelState state, Optional<Instance> known, Instant at) {
    return followed(state, known.filter(one -> !one.stopping() && one.readyAt().isPresent()), at);
  }

  private static ModelState followed(ModelState state, Optional<Instance> one, Instant at) {
    if (state.rollout().isEmpty() || one.isEmpty()) {
      return state;
    }
    Rollout on = state.rollout().get();
    Rollout stepped = one.get().revision() == on.goal() ? on.stepped(at) : on;
    boolean served =
        state.instances().values().stream()
            .anyMatch(instance -> !instance.stopping() && instance.readyAt().isPresent());
    return state.with(
        Optional.of(stepped.with(served ? stepped.dark().over(at) : stepped.dark().begun(at))));
  }
}
