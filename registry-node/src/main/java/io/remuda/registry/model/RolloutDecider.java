package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import java.time.Instant;
import java.util.Optional;

/** Which change to a name is a rollout, and what an operator may do about one. */
public final class RolloutDecider {

  private RolloutDecider() {}

  /** What a change that is accepted comes to: {@code wanted} is not what is declared. */
  static Decision change(
      ModelState state, ModelState.Declaration now, ModelSpec wanted, Instant at) {
    if (DeploymentChanged.isSameRecipe(now.spec(), wanted)) {
      // Given up for its strategy or its deadline, it is tried again as it is wanted now.
      boolean another = !wanted.policies().rollout().equals(now.spec().policies().rollout());
      return Decision.accepted(
          isHalted(state) && another
              ? new RolloutBegun(wanted, at)
              : new DeploymentChanged(wanted, at));
    }
    Optional<Rollout> rollout = state.rollout();
    Optional<Recipes.Recipe> before = rollout.flatMap(on -> state.recipes().find(on.from()));
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

  /** The same specification again: one that was given up is tried again. */
  static Decision again(ModelState state, ModelState.Declaration now, Instant at) {
    return isHalted(state)
        ? Decision.accepted(new RolloutBegun(now.spec(), at))
        : Decision.accepted();
  }

  private static boolean isHalted(ModelState state) {
    return state.rollout().filter(on -> on.stage() == Stage.HALTED).isPresent();
  }

  /** What an operator's wish to have the version before comes to. */
  public static Decision rollBack(ModelState state, Instant at) {
    if (state.live().isEmpty()) {
      return new Decision(java.util.List.of(), Optional.of(ModelDecider.unknown(state)));
    }
    Optional<Rollout> rollout = state.rollout().filter(on -> on.stage() != Stage.RETURNING);
    if (rollout.isEmpty() || state.recipes().find(rollout.get().from()).isEmpty()) {
      return Decision.refused(
          ErrorCode.ROLLOUT_CONFLICT,
          ("no rollout of %1$s is going on that could be rolled back; `remuda rollout status %1$s`"
                  + " shows where it stands; to change it, deploy it again with --update")
              .formatted(state.name()));
    }
    return Decision.accepted(
        new RolledBack(state.name(), rollout.get().from(), "an operator rolled it back", at));
  }

  /** Whether anything would be lost by stopping all that there is. */
  private static boolean serves(ModelState state) {
    return state.instances().values().stream()
        .anyMatch(instance -> !instance.stopping() && instance.readyAt().isPresent());
  }
}
