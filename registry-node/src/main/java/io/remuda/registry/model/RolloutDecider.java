package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.Recipes.Recipe;
import io.remuda.registry.model.RolloutEvent.CanaryWeighed;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutPromoted;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Which change to a name is a rollout, and what an operator may do about one. */
public final class RolloutDecider {

  private RolloutDecider() {}

  /** What a change that is accepted comes to: {@code wanted} is not what is declared. */
  static Decision change(ModelState state, Declaration now, ModelSpec wanted, Instant at) {
    if (DeploymentChanged.isSameRecipe(now.spec(), wanted)) {
      return sameRecipe(state, now, wanted, at);
    }
    Optional<Rollout> rollout = state.rollout();
    Optional<Recipe> before = rollout.flatMap(on -> state.recipes().find(on.from()));
    if (before.isPresent() && DeploymentChanged.isSameRecipe(before.get().declared(), wanted)) {
      // What served before is wanted again: its instances need not be started anew.
      RolledBack back =
          new RolledBack(state.name(), rollout.get().from(), "its recipe is declared again", at);
      return Decision.accepted(back, new DeploymentChanged(wanted, at));
    }
    return serves(state)
        ? Decision.accepted(new RolloutBegun(wanted, at))
        : Decision.accepted(new DeploymentChanged(wanted, at));
  }

  private static Decision sameRecipe(
      ModelState state, Declaration now, ModelSpec wanted, Instant at) {
    // Given up for its strategy or its deadline, it is tried again as it is wanted now.
    boolean another = !wanted.policies().rollout().equals(now.spec().policies().rollout());
    if (isIn(state, Stage.HALTED) && another) {
      return Decision.accepted(new RolloutBegun(wanted, at));
    }
    DeploymentChanged changed = new DeploymentChanged(wanted, at);
    OptionalInt share = wanted.policies().rollout().canary();
    Optional<Rollout> canary = state.rollout().filter(Rollout::isCanary);
    if (canary.isEmpty() || share.equals(canary.get().canary())) {
      return Decision.accepted(changed);
    }
    // One that is to take over by itself is no canary any more.
    return share.isPresent()
        ? Decision.accepted(changed, new CanaryWeighed(state.name(), share.getAsInt(), at))
        : Decision.accepted(changed, new RolloutPromoted(state.name(), canary.get().to(), at));
  }

  /** The same specification again: one that was given up is tried again. */
  static Decision again(ModelState state, Declaration now, Instant at) {
    return isIn(state, Stage.HALTED)
        ? Decision.accepted(new RolloutBegun(now.spec(), at))
        : Decision.accepted();
  }

  private static boolean isIn(ModelState state, Stage stage) {
    return state.rollout().filter(on -> on.stage() == stage).isPresent();
  }

  /** What an operator's wish to have the version before comes to. */
  public static Decision rollBack(ModelState state, Instant at) {
    if (state.live().isEmpty()) {
      return unknown(state);
    }
    if (state.rollout().isEmpty()) {
      return backToPrevious(state, state.live().get(), at);
    }
    Rollout rollout = state.rollout().get();
    if (rollout.stage() == Stage.ROLLING && rollout.back().isPresent()) {
      // Asked for twice, it is not taken back by that.
      return Decision.accepted();
    }
    if (rollout.stage() == Stage.RETURNING || state.recipes().find(rollout.from()).isEmpty()) {
      return noneToRollBack(state);
    }
    return Decision.accepted(
        new RolledBack(state.name(), rollout.from(), "an operator rolled it back", at));
  }

  private static Decision noneToRollBack(ModelState state) {
    return Decision.refused(
        ErrorCode.ROLLOUT_CONFLICT,
        ("no rollout of %1$s is going on that could be rolled back, and no version before this one"
                + " is known; `remuda rollout status %1$s` shows where it stands; to change it,"
                + " deploy it again with --update")
            .formatted(state.name()));
  }

  /**
   * After the last rollout was completed, what served before it is rolled out anew: as many
   * instances, which move as they do now, but never as a canary.
   */
  private static Decision backToPrevious(ModelState state, Declaration now, Instant at) {
    Optional<Recipe> before =
        state.previous().isPresent()
            ? state.recipes().find(state.previous().getAsLong())
            : Optional.empty();
    if (before.isEmpty()
        || now.self()
        || DeploymentChanged.isSameRecipe(before.get().declared(), now.spec())) {
      return noneToRollBack(state);
    }
    ModelSpec wanted =
        RolloutChange.weighing(
            before
                .get()
                .declared()
                .withReplicas(now.spec().replicas())
                .withPolicies(now.spec().policies()),
            OptionalInt.empty());
    Optional<Refused> conflict = ModelDecider.conflict(state, wanted.schema());
    if (conflict.isPresent()) {
      return new Decision(List.of(), conflict);
    }
    return serves(state)
        ? Decision.accepted(
            new RolloutBegun(wanted, OptionalLong.of(state.previous().getAsLong()), at))
        : Decision.accepted(new DeploymentChanged(wanted, at));
  }

  /** What an operator's wish to let a canary take over comes to; a second time it says nothing. */
  public static Decision promote(ModelState state, Instant at) {
    if (state.live().isEmpty()) {
      return unknown(state);
    }
    if (isIn(state, Stage.ROLLING)) {
      return Decision.accepted();
    }
    return state
        .rollout()
        .filter(Rollout::isCanary)
        .map(on -> Decision.accepted(new RolloutPromoted(state.name(), on.to(), at)))
        .orElseGet(() -> noCanary(state));
  }

  /** What an operator's wish to give a canary another share comes to. */
  public static Decision weigh(ModelState state, int percent, Instant at) {
    if (state.live().isEmpty()) {
      return unknown(state);
    }
    if (percent < 0 || percent > 100) {
      return Decision.refused(
          ErrorCode.INVALID_SPEC,
          "a canary gets 0 to 100 percent of the requests, not %d".formatted(percent));
    }
    Optional<Rollout> canary = state.rollout().filter(Rollout::isCanary);
    if (canary.isEmpty()) {
      return noCanary(state);
    }
    return canary.get().canary().equals(OptionalInt.of(percent))
        ? Decision.accepted()
        : Decision.accepted(new CanaryWeighed(state.name(), percent, at));
  }

  private static Decision noCanary(ModelState state) {
    return Decision.refused(
        ErrorCode.ROLLOUT_CONFLICT,
        ("no version of %1$s is a canary now; `remuda rollout status %1$s` shows where it stands;"
                + " deploy a new one with --update --canary PERCENT")
            .formatted(state.name()));
  }

  private static Decision unknown(ModelState state) {
    return new Decision(List.of(), Optional.of(ModelDecider.unknown(state)));
  }

  /** Whether anything would be lost by stopping all that there is. */
  private static boolean serves(ModelState state) {
    return state.instances().values().stream()
        .anyMatch(instance -> !instance.stopping() && instance.readyAt().isPresent());
  }
}
