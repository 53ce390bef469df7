package io.remuda.registry.model;

import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.ModelState.Description;
import io.remuda.registry.model.ModelState.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What the events of a declaration and of its description make of a name's state. */
final class DeclarationChange {

  /** Of more than these, tasks that still wait in the oldest one's queue are left to expire. */
  private static final int MOST_EARLIER = 4;

  private DeclarationChange() {}

  /** A rollout is of two recipes: with a third it is over. */
  static ModelState declared(ModelState state, Declaration declared) {
    return declared(
        state, declared, isSameRecipe(state, declared) ? state.rollout() : Optional.empty());
  }

  /** Whoever changes what a lease brought does not make it another's. */
  static ModelState declared(ModelState state, Declaration declared, Optional<Rollout> rolling) {
    return state.but(
        next -> {
          next.declaration =
              Optional.of(
                  state.live().map(now -> declared.broughtBy(now.lease())).orElse(declared));
          next.recipes = superseded(state, declared);
          next.rollout = rolling;
          next.schema = declared.spec().schema().or(state::schema);
          next.failures = Failures.NONE;
          next.given = Optional.empty();
          next.removed = false;
          if (hasOtherNumber(state, declared) || declared.spec().policies().scaling().isEmpty()) {
            // Another number from an operator holds until the load asks for another one.
            next.target = OptionalInt.empty();
          }
          if (state.removed()) {
            // A name that comes back after a removal starts afresh: it may stand for another
            // schema.
            next.description = Optional.empty();
            next.evolving = false;
            next.earlier = List.of();
            next.fit = Fit.NONE;
            next.previous = OptionalLong.empty();
          }
        });
  }

  private static boolean hasOtherNumber(ModelState state, Declaration declared) {
    return state
        .live()
        .map(now -> now.spec().replicas() != declared.spec().replicas())
        .orElse(true);
  }

  private static boolean isSameRecipe(ModelState state, Declaration next) {
    return state.declaration().map(now -> now.revision() == next.revision()).orElse(true);
  }

  /** With the present recipe, where {@code next} has another one. */
  private static Recipes superseded(ModelState state, Declaration next) {
    return state
        .declaration()
        .filter(now -> !isSameRecipe(state, next))
        .map(now -> state.recipes().and(now.revision(), state.recipe(now)))
        .orElse(state.recipes());
  }

  /** Declared with a schema that adds to the present one, or to be found in the model. */
  static ModelState evolved(ModelState state, Declaration declared) {
    List<String> before = before(state, declared.spec().schema());
    return declared(state, declared)
        .but(
            next -> {
              next.earlier = before;
              // What served before has a schema that the name does not stand for any more.
              next.previous = OptionalLong.empty();
            });
  }

  /** Machines that still have the model say so again, and then it is theirs. */
  static ModelState removed(ModelState state) {
    return state.but(
        next -> {
          next.removed = true;
          next.rollout = Optional.empty();
          next.failures = Failures.NONE;
          next.evolving = false;
          next.registrations = Map.of();
          next.earlier = List.of();
          next.schema = Optional.empty();
          next.target = OptionalInt.empty();
          next.previous = OptionalLong.empty();
          next.given = Optional.empty();
        });
  }

  static ModelState described(ModelState state, Description found) {
    return state.but(
        next -> {
          next.description = Optional.of(found);
          next.evolving = false;
          next.earlier = state.evolving() ? before(state, found.file().schema()) : state.earlier();
          next.schema =
              state
                  .live()
                  .flatMap(now -> now.spec().schema())
                  .or(found.file()::schema)
                  .or(state::schema);
        });
  }

  /** Its model is to be described anew, and may have more fields then. */
  static ModelState describedAnew(ModelState state) {
    return state.but(next -> next.evolving = true);
  }

  /** The schemas whose tasks may still wait once {@code next} has added to the present one. */
  private static List<String> before(ModelState state, Optional<Schema> next) {
    Optional<String> now = state.schema().map(Schema::fingerprint);
    if (now.isEmpty() || next.isEmpty() || now.equals(next.map(Schema::fingerprint))) {
      return state.earlier();
    }
    List<String> all = new ArrayList<>(state.earlier());
    all.add(now.get());
    return all.subList(Math.max(0, all.size() - MOST_EARLIER), all.size());
  }
}
