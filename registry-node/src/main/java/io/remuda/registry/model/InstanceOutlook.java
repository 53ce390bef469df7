package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.Silence;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What operators are shown of one instance, and why it is not ready. */
final class InstanceOutlook {

  private InstanceOutlook() {}

  static InstanceView view(Sight sight, Instance instance) {
    InstanceId id = instance.id();
    String engine = sight.state().declaration().map(d -> d.spec().engine()).orElse("");
    Optional<InstanceReport> report = sight.report(instance);
    Phase phase = sight.phase(instance);
    return new InstanceView(
        id.model(),
        id,
        instance.machine(),
        report.map(InstanceReport::engine).orElse(engine),
        phase,
        report.map(InstanceReport::pid).orElse(OptionalLong.empty()),
        report.map(InstanceReport::port).orElse(OptionalInt.empty()),
        report.map(InstanceReport::inFlight).orElse(0),
        report.map(InstanceReport::queued).orElse(0),
        report.map(InstanceReport::slots).orElse(0),
        report.map(InstanceReport::restarts).orElse(0),
        phase == Phase.SUSPECT
            ? Optional.of(silent(sight, instance))
            : reason(sight, instance, report),
        report.map(InstanceReport::progress).orElse(OptionalDouble.empty()),
        instance.claim(),
        report.flatMap(InstanceReport::tasks),
        report.flatMap(InstanceReport::loading),
        report.flatMap(InstanceReport::trouble));
  }

  private static String silent(Sight sight, Instance instance) {
    String silent =
        "machine %s was last heard %s ago"
            .formatted(
                instance.machine(), Silence.shown(sight.fleet().silenceOf(instance.machine())));
    return sight.fleet().braked()
        ? silent
            + ", with many others, so nothing is placed elsewhere for now; look at the"
            + " network first, and confirm the loss if the machines are really gone"
        : silent;
  }

  private static Optional<String> reason(
      Sight sight, Instance instance, Optional<InstanceReport> report) {
    return instance
        .stop()
        .map(Instance.Stop::reason)
        .or(() -> report.flatMap(InstanceReport::reason))
        .or(() -> AbandonDecider.said(sight, instance))
        .or(() -> LingerDecider.said(sight, instance));
  }
}
