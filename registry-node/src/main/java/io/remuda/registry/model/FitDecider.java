package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.FailureKind;
import io.remuda.protocol.model.LastWords;
import io.remuda.registry.model.FitEvent.ClaimMeasured;
import io.remuda.registry.model.FitEvent.DoesNotFit;
import io.remuda.registry.model.FitEvent.FitForgotten;
import io.remuda.registry.placement.FleetSnapshot;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is learnt of a model's need from what machines say of its instances. */
final class FitDecider {

  private static final int REASON_BYTES = 300;

  private FitDecider() {}

  /** What a running engine was seen to use, where that is news. */
  static Optional<ModelEvent> measured(
      ModelState state, Instance instance, InstanceReport report, ClaimPolicy policy, Instant at) {
    Optional<Fit.Measured> before = state.fit().of(instance.revision());
    return report
        .measured()
        .flatMap(seen -> policy.learn(before, instance.claim(), seen, instance.id().number()))
        .map(
            known ->
                new ClaimMeasured(
                    instance.id(),
                    instance.machine(),
                    instance.revision(),
                    known.use(),
                    known.starts(),
                    at));
  }

  /** That the machine is too small for it, where an engine has ended for want of memory. */
  static Optional<ModelEvent> ended(
      Instance instance, InstanceReport report, Capacity machine, Instant at) {
    return report
        .failure()
        .filter(kind -> kind == FailureKind.OUT_OF_MEMORY)
        .map(
            kind ->
                new DoesNotFit(
                    instance.id().model(),
                    instance.machine(),
                    new Fit.Unfit(
                        instance.revision(),
                        instance.claim(),
                        machine.memoryTotalMiB(),
                        Fit.Unfit.totalMiB(machine),
                        LastWords.within(
                            report.reason().orElse("its engine ran out of memory"), REASON_BYTES)),
                    at));
  }

  /** An operator wants the model tried again on a machine where it did not fit. */
  static Decision retry(ModelState state, MachineId machine, Instant at) {
    if (state.live().isEmpty()) {
      return Decision.refused(
          ErrorCode.MODEL_NOT_FOUND,
          "%s is not deployed; `remuda ls` shows what is".formatted(state.name()));
    }
    return state.fit().unfit().containsKey(machine)
        ? Decision.accepted(new FitForgotten(state.name(), machine, at))
        : Decision.accepted();
  }

  /** Machines that a recipe does not fit on, each with why and what to do. */
  static Map<MachineId, String> unfit(ModelState state, FleetSnapshot fleet, long revision) {
    Map<MachineId, String> unfit = new TreeMap<>();
    state
        .fit()
        .unfit()
        .forEach(
            (machine, one) ->
                fleet
                    .machine(machine)
                    .map(known -> known.report().capacity())
                    .filter(now -> one.holds(revision, now))
                    .ifPresent(now -> unfit.put(machine, sentence(state, machine, one))));
    return unfit;
  }

  /** The same for the recipe that all are to be of. */
  static Map<MachineId, String> unfit(ModelState state, FleetSnapshot fleet) {
    return unfit(state, fleet, state.goal());
  }

  private static String sentence(ModelState state, MachineId machine, Fit.Unfit one) {
    return ("ran out of memory with it, which had been promised %d MiB of GPU memory and %d MiB of"
            + " memory; give it more, lower the context, or have it tried again with `remuda"
            + " machines retry %s %s`")
        .formatted(one.claim().gpuMemoryMiB(), one.claim().memoryMiB(), machine, state.name());
  }
}
