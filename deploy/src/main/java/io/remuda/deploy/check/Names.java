package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a name stands for, and that it stays. */
final class Names {

  private Names() {}

  /** Another schema may come after a removal, or by adding to the present one. */
  static final class Schemas implements Live.Fold {
    private final Map<ModelName, SchemaAccepted> present = new TreeMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof DeploymentChanged changed && changed.change() == Change.REMOVED) {
        present.remove(changed.model());
      } else if (seen instanceof SchemaAccepted next) {
        SchemaAccepted before = present.put(next.model(), next);
        if (before != null && !next.evolved() && !before.fingerprint().equals(next.fingerprint())) {
          found.add(
              new Violation(
                  Invariant.ONE_SCHEMA,
                  "%s stood for schema %s and, without a removal, for %s"
                      .formatted(next.model(), before.fingerprint(), next.fingerprint()),
                  List.of(before, next)));
        }
      }
    }
  }

  /**
   * Each list of what is deployed shows every change that was answered before it; of several, the
   * one of the highest version, for answers may overtake each other.
   */
  static final class Kept implements Live.Fold {
    private final Map<ModelName, DeploymentChanged> last = new TreeMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof DeploymentChanged changed) {
        last.merge(changed.model(), changed, (before, now) -> isPast(before, now) ? before : now);
      } else if (seen instanceof Deployments listed) {
        last.values().stream()
            .filter(changed -> !shows(listed, changed))
            .map(changed -> lost(changed, listed))
            .forEach(found::add);
      }
    }

    private static boolean isPast(DeploymentChanged before, DeploymentChanged now) {
      return before.change() != Change.UNSURE
          && now.change() != Change.UNSURE
          && now.version() < before.version();
    }
  }

  private static boolean shows(Deployments listed, DeploymentChanged changed) {
    Long version = listed.versions().get(changed.model());
    return switch (changed.change()) {
      case DEPLOYED -> version != null && version >= changed.version();
      case REMOVED -> version == null || version > changed.version();
      case UNSURE -> true;
    };
  }

  private static Violation lost(DeploymentChanged changed, Deployments listed) {
    Long version = listed.versions().get(changed.model());
    return new Violation(
        Invariant.NOTHING_LOST,
        "%s was answered %s with version %d and is then %s"
            .formatted(
                changed.model(),
                changed.change(),
                changed.version(),
                version == null ? "not deployed" : "at version " + version),
        List.of(changed, listed));
  }
}
