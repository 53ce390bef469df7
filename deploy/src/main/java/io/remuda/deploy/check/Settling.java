package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a fleet comes to rest: soon after a fault has healed, or an operator has changed his
 * wishes, with nothing new within that time, some look finds everything as it is wished.
 */
public final class Settling {

  private Settling() {}

  static List<Violation> unsettled(History history, Limits limits) {
    List<Fault> faults = history.all(Fault.class);
    TreeSet<Duration> rests = new TreeSet<>();
    TreeSet<Duration> disturbances = new TreeSet<>();
    for (Fault fault : faults) {
      disturbances.add(fault.begin());
      fault.heal().ifPresent(rests::add);
    }
    for (DeploymentChanged changed : history.all(DeploymentChanged.class)) {
      disturbances.add(changed.at());
      rests.add(changed.at());
    }
    // What heals later disturbs too: machines come back.
    disturbances.addAll(rests);
    List<Sample> samples = history.all(Sample.class);
    List<Violation> found = new ArrayList<>();
    for (Duration rest : rests) {
      Duration until = rest.plus(limits.settle());
      Duration next = disturbances.higher(rest);
      boolean quiet = next == null || next.compareTo(until) > 0;
      if (quiet && faults.stream().noneMatch(fault -> lasts(fault, rest))) {
        found.addAll(atRest(rest, until, samples));
      }
    }
    return found;
  }

  private static boolean lasts(Fault fault, Duration at) {
    return fault.begin().compareTo(at) <= 0
        && fault.heal().map(heal -> heal.compareTo(at) > 0).orElse(true);
  }

  /** One look that finds nothing is enough; otherwise the last one tells what is wrong. */
  private static List<Violation> atRest(Duration rest, Duration until, List<Sample> samples) {
    List<Violation> wrong =
        List.of(
            new Violation(
                Invariant.CONVERGES,
                "nobody looked between %s and %s".formatted(shown(rest), shown(until)),
                List.of()));
    for (Sample sample : samples) {
      if (sample.at().compareTo(rest) >= 0 && sample.at().compareTo(until) <= 0) {
        wrong = wrong(rest, sample);
        if (wrong.isEmpty()) {
          return wrong;
        }
      }
    }
    return wrong;
  }

  private static List<Violation> wrong(Duration rest, Sample sample) {
    String since = " at %s, undisturbed since %s".formatted(shown(sample.at()), shown(rest));
    return wrong(sample).stream()
        .map(what -> new Violation(what.invariant(), what.sentence() + since, what.seen()))
        .toList();
  }

  /** What is not as it is wished at this moment; nothing when the fleet is at rest. */
  public static List<Violation> wrong(Sample sample) {
    List<Violation> wrong = new ArrayList<>();
    missing(sample)
        .forEach(what -> wrong.add(new Violation(Invariant.CONVERGES, what, List.of(sample))));
    orphans(sample)
        .forEach(what -> wrong.add(new Violation(Invariant.NO_ORPHAN, what, List.of(sample))));
    return wrong;
  }

  /** What is wished and not there, without a reason for it. */
  private static List<String> missing(Sample sample) {
    List<String> missing = new ArrayList<>();
    sample
        .models()
        .forEach(
            (name, model) -> {
              boolean explained = model.pending().isPresent() && model.ready() < model.wished();
              if (model.ready() != model.wished() && !explained) {
                missing.add(
                    "%d of %d instances of %s are ready"
                        .formatted(model.ready(), model.wished(), name));
              }
            });
    return missing;
  }

  /** What is there and belongs to nobody. */
  private static List<String> orphans(Sample sample) {
    List<String> orphans = new ArrayList<>();
    sample
        .machines()
        .forEach(
            (machine, there) -> {
              strays(sample, machine, there)
                  .forEach(id -> orphans.add("%s runs %s unassigned".formatted(machine, id)));
              Set<InstanceId> kept = new HashSet<>();
              for (InstanceId keeper : there.keepers()) {
                if (!kept.add(keeper)) {
                  orphans.add("%s has two keepers of %s".formatted(machine, keeper));
                } else if (!there.instances().contains(keeper)) {
                  orphans.add("%s has a keeper of %s alone".formatted(machine, keeper));
                }
              }
            });
    return orphans;
  }

  private static List<InstanceId> strays(Sample sample, MachineId machine, MachineSample there) {
    return there.instances().stream()
        .filter(
            id ->
                Optional.ofNullable(sample.models().get(id.model()))
                    .map(ModelSample::assigned)
                    .map(assigned -> !machine.equals(assigned.get(id)))
                    .orElse(true))
        .toList();
  }

  private static String shown(Duration at) {
    return "%.3f s".formatted(at.toMillis() / 1e3);
  }
}
