package io.remuda.deploy.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Everything that was seen of a fleet, ordered by time; what was seen at the same time stays in the
 * order in which it was told.
 */
public record History(List<Observation> seen) {

  public History {
    List<Observation> ordered = new ArrayList<>(seen);
    ordered.sort(Comparator.comparing(Observation::at));
    seen = List.copyOf(ordered);
  }

  /** Those of one kind, in their order. */
  public <O extends Observation> List<O> all(Class<O> kind) {
    return seen.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** When the last thing was seen; zero of an empty history. */
  public Duration end() {
    return seen.isEmpty() ? Duration.ZERO : seen.get(seen.size() - 1).at();
  }
}
