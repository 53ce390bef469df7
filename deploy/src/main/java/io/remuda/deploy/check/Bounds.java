package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Committed;
import io.remuda.deploy.check.Observation.Size;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What may be there once only, and what may be there so much and no more. */
final class Bounds {

  private record Number(String persistenceId, long sequence) {}

  private Bounds() {}

  /** A number of an entity's journal is confirmed to one writer, once. */
  static final class Commits implements Live.Fold {
    private final Map<Number, Committed> commits = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Committed committed) {
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
    }
  }

  static final class Sizes implements Live.Fold {
    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Size size && size.value() > size.bound()) {
        found.add(
            new Violation(
                Invariant.BOUNDED,
                "%s of %s is %d, and may be %d"
                    .formatted(size.what(), size.part(), size.value(), size.bound()),
                List.of(size)));
      }
    }
  }
}
