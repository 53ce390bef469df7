package io.remuda.registry.model;

import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.InstanceEvent.EngineRestarted;
import java.time.Instant;
import java.util.Optional;

/**
 * Which restarts of an engine are written down. Machines restart engines by themselves, one that
 * cannot live for days; so a restart is written when it is the instance's first, when the number
 * has doubled since the last one written, or when the reason is another one, and that no sooner
 * than {@link ReconcilePolicy#restartHold} after the last.
 */
final class RestartDecider {

  private static final String UNTOLD = "its machine did not say why";

  private RestartDecider() {}

  static Optional<EngineRestarted> look(
      Instance instance, InstanceReport report, ReconcilePolicy policy, Instant now) {
    Instance.Restarts written = instance.restarts();
    // What ended its engine is told before the engine is started again.
    int times = report.restarts() + (report.phase() == Phase.BACKOFF ? 1 : 0);
    // Fewer than were written: its machine has begun to count anew.
    int before = times < written.times() ? 0 : written.times();
    if (times <= before) {
      return Optional.empty();
    }
    boolean more = times >= 2 * before;
    boolean other =
        report.reason().isPresent()
            && !kind(report.reason().get()).equals(kind(written.reason()))
            && !written.at().plus(policy.restartHold()).isAfter(now);
    return more || other
        ? Optional.of(
            new EngineRestarted(
                instance.id(),
                instance.machine(),
                times,
                LastWords.within(report.reason().orElse(UNTOLD), LastWords.JOURNALED_BYTES),
                now))
        : Optional.empty();
  }

  /** What it says first, without what changes each time: numbers. */
  private static String kind(String reason) {
    return reason.lines().findFirst().orElse("").replaceAll("[0-9]+", "#");
  }
}
