package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.RecipeDeclared;
import io.remuda.deploy.check.Observation.StartSent;
import io.remuda.deploy.check.Observation.Superseded;
import io.remuda.protocol.id.ModelName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What holds while one version of a name takes another one's place. */
final class Rollouts {

  private Rollouts() {}

  /** By surge none is stopped before another one serves in its stead. */
  static final class Serving implements Live.Fold {
    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Superseded step
          && step.after() < Math.min(step.before(), step.wished())) {
        found.add(
            new Violation(
                Invariant.KEEPS_SERVING,
                "of %d instances of %s that served %d are left, and %d are wanted"
                    .formatted(step.before(), step.model(), step.after(), step.wished()),
                List.of(seen)));
      }
    }
  }

  /** A start carries the recipe of its instance's revision. */
  static final class OwnRecipes implements Live.Fold {
    private final Map<ModelName, Map<Long, String>> declared = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof RecipeDeclared recipe) {
        declared
            .computeIfAbsent(recipe.model(), model -> new HashMap<>())
            .put(recipe.revision(), recipe.recipe());
      } else if (seen instanceof StartSent start) {
        String own =
            declared
                .getOrDefault(start.instance().model(), Map.of())
                .getOrDefault(start.revision(), start.recipe());
        if (!own.equals(start.recipe())) {
          found.add(
              new Violation(
                  Invariant.OWN_RECIPE,
                  "%s of version %d is started from %s and not from %s"
                      .formatted(start.instance(), start.revision(), start.recipe(), own),
                  List.of(seen)));
        }
      }
    }
  }
}
