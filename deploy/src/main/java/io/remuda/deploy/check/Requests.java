package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What becomes of clients' requests. */
final class Requests {

  private Requests() {}

  /**
   * A request may fail when bytes of its answer were seen and what served it was broken meanwhile;
   * it may be refused while no instance of its model is ready.
   */
  static List<Violation> undue(History history, Limits limits) {
    List<Fault> faults = history.all(Fault.class);
    List<Sample> samples = history.all(Sample.class);
    Map<InstanceId, MachineId> machines = new HashMap<>();
    history
        .all(InstanceStarted.class)
        .forEach(started -> machines.put(started.instance(), started.machine()));
    return history.all(Request.class).stream()
        .filter(request -> request.outcome() != Outcome.ANSWERED)
        .filter(request -> !unready(request, samples))
        .filter(
            request ->
                faults.stream().noneMatch(fault -> excuses(fault, request, machines, limits)))
        .map(Requests::undue)
        .toList();
  }

  private static Violation undue(Request request) {
    return new Violation(
        Invariant.NO_UNDUE_FAILURE,
        "request %s to %s ended %s, %s, and nothing that served it was broken"
            .formatted(
                request.id(),
                request.model(),
                request.outcome(),
                request.firstByte().isPresent() ? "with bytes seen" : "before any byte"),
        List.of(request));
  }

  private static boolean excuses(
      Fault fault, Request request, Map<InstanceId, MachineId> machines, Limits limits) {
    boolean inFlight =
        request.begin().compareTo(fault.begin().plus(limits.faultTakes())) <= 0
            && fault.begin().compareTo(request.end()) <= 0;
    return inFlight && request.firstByte().isPresent() && served(fault, request, machines);
  }

  private static boolean served(Fault fault, Request request, Map<InstanceId, MachineId> machines) {
    Optional<InstanceId> instance = request.servedBy();
    return fault.parts().contains(request.gateway())
        || instance.map(id -> fault.parts().contains(id.toString())).orElse(false)
        || instance
            .flatMap(id -> Optional.ofNullable(machines.get(id)))
            .map(machine -> fault.parts().contains(machine.value()))
            .orElse(false);
  }

  /** Whether it was refused, and some look during it or the last one before it saw none ready. */
  private static boolean unready(Request request, List<Sample> samples) {
    if (request.outcome() != Outcome.REFUSED) {
      return false;
    }
    Optional<Sample> before = Optional.empty();
    for (Sample sample : samples) {
      if (sample.at().compareTo(request.begin()) <= 0) {
        before = Optional.of(sample);
      } else if (sample.at().compareTo(request.end()) <= 0 && noneReady(sample, request)) {
        return true;
      }
    }
    return before.map(sample -> noneReady(sample, request)).orElse(false);
  }

  private static boolean noneReady(Sample sample, Request request) {
    return Optional.ofNullable(sample.models().get(request.model()))
            .map(ModelSample::ready)
            .orElse(0)
        == 0;
  }

  static List<Violation> silent(History history) {
    return history.all(Request.class).stream()
        .filter(request -> request.outcome() == Outcome.SILENCE)
        .map(
            request ->
                new Violation(
                    Invariant.NO_SILENT_END,
                    "request %s to %s through %s ended in silence"
                        .formatted(request.id(), request.model(), request.gateway()),
                    List.of(request)))
        .toList();
  }
}
