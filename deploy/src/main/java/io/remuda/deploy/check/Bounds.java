package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Committed;
import io.remuda.deploy.check.Observation.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What may be there once only, and what may be there so much and no more. */
final class Bounds {

  private record Number(String persistenceId, long sequence) {}

  private Bounds() {}

  /** A number of an entity's journal is confirmed to one writer, once. */
  static List<Violation> twoCommits(History history) {
    List<Violation> found = new ArrayList<>();
    Map<Number, Committed> commits = new HashMap<>();
    for (Committed committed : history.all(Committed.class)) {
      Committed before =
          commits.putIfAbsent(
              new Number(committed.persistenceId(), committed.sequence()), committed);
      if (before != null) {
        found.add(
            new Violation(
                Invariant.ONE_COMMIT,
                "number %d of %s was confirmed to %s and to %s"
                    .formatted(
                        committed.sequence(),
                        committed.persistenceId(),
                        before.writer(),
                        committed.writer()),
                List.of(before, committed)));
      }
    }
    return found;
  }

  static List<Violation> exceeded(History history) {
    return history.all(Size.class).stream()
        .filter(size -> size.value() > size.bound())
        .map(
            size ->
                new Violation(
                    Invariant.BOUNDED,
                    "%s of %s is %d, and may be %d"
                        .formatted(size.what(), size.part(), size.value(), size.bound()),
                    List.of(size)))
        .toList();
  }
}
