package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.protocol.id.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a name stands for, and that it stays. */
final class Names {

  private Names() {}

  /** Another schema may come after a removal, or by adding to the present one. */
  static List<Violation> twoSchemas(History history) {
    List<Violation> found = new ArrayList<>();
    Map<ModelName, SchemaAccepted> present = new TreeMap<>();
    for (Observation seen : history.seen()) {
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
    return found;
  }

  /** Each list of what is deployed shows every change that was answered before it. */
  static List<Violation> lost(History history) {
    List<Violation> found = new ArrayList<>();
    Map<ModelName, DeploymentChanged> last = new TreeMap<>();
    for (Observation seen : history.seen()) {
      if (seen instanceof DeploymentChanged changed) {
        last.put(changed.model(), changed);
      } else if (seen instanceof Deployments listed) {
        last.values().stream()
            .filter(changed -> !shows(listed, changed))
            .map(changed -> lost(changed, listed))
            .forEach(found::add);
      }
    }
    return found;
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
