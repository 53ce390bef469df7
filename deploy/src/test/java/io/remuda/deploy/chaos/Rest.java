package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Settling;
import io.remuda.deploy.check.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What was seen from the end of the last round to the end of the run. Nothing is broken any more:
 * no request may fail, what is bounded stays so, and once nobody asks for anything some look finds
 * everything as it is wished.
 */
final class Rest {

  private final List<Observation> there;
  private final List<Observation> seen = new ArrayList<>();
  private final Duration ended;

  /**
   * @param there instances that were there at the end of the last round
   * @param ended when the last client had
   */
  Rest(Collection<InstanceStarted> there, Duration ended) {
    this.there = List.copyOf(there);
    this.ended = ended;
  }

  /** Adds what was seen. */
  void see(List<Observation> more) {
    seen.addAll(more);
  }

  List<Observation> seen() {
    return List.copyOf(seen);
  }

  /** What must never be. */
  List<Violation> wrong() {
    List<Observation> all = new ArrayList<>(there);
    all.addAll(seen);
    // Operators' changes are judged over all rounds: here they would count as disturbances.
    all.removeIf(DeploymentChanged.class::isInstance);
    History history = new History(all);
    List<Violation> wrong = new ArrayList<>(Checker.check(history, Limits.PROMISED));
    wrong.addAll(unsettled(history));
    return wrong;
  }

  /** One look that finds nothing is enough; otherwise the last one tells what is wrong. */
  private List<Violation> unsettled(History history) {
    List<Violation> wrong =
        List.of(
            new Violation(
                Invariant.CONVERGES, "nobody looked after the last client had ended", List.of()));
    for (Sample sample : history.all(Sample.class)) {
      if (sample.at().compareTo(ended) >= 0) {
        wrong = Settling.wrong(sample);
        if (wrong.isEmpty()) {
          return wrong;
        }
      }
    }
    return wrong;
  }
}
