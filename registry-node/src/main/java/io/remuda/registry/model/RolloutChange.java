package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.registry.model.ModelState.Declaration;
import io.remuda.registry.model.ModelState.Description;
import io.remuda.registry.model.ModelState.Failures;
import io.remuda.registry.model.Recipes.Recipe;
import java.time.Instant;
import java.util.Optional;

/** What a rollout's events make of a name's state. */
final class RolloutChange {

  private RolloutChange() {}

  /** Declared with another recipe, while what serves goes on serving. */
  static ModelState begun(ModelState state, Declaration declared, Instant at) {
    long from =
        state
            .rollout()
            .map(Rollout::from)
            .or(() -> state.live().map(Declaration::revision))
            .orElse(0L);
    return state.declared(declared, Optional.of(Rollout.begun(from, declared.revision(), at)));
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
    return state
        .declared(again, state.rollout().map(on -> on.returning(why)))
        .but(
            next ->
                next.description =
                    before.get().file().map(file -> new Description(file, revision)));
  }

  static ModelState completed(ModelState state) {
    return state.with(Optional.<Rollout>empty());
  }
}
