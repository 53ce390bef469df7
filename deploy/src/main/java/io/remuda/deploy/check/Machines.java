package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.deploy.check.Observation.Obeyed;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What machines promise and whom they obey. */
final class Machines {

  /** Of a core: sums of fractions are not exact. */
  private static final double ROUNDING = 1e-6;

  private record Where(MachineId machine, InstanceId instance) {}

  private record Start(InstanceId instance, long epoch) {}

  private Machines() {}

  /** What the instances of a machine claim fits into it at every moment. */
  static List<Violation> promisedTwice(History history) {
    List<Violation> found = new ArrayList<>();
    Map<MachineId, MachineSize> sizes = new TreeMap<>();
    Map<MachineId, Map<InstanceId, InstanceStarted>> there = new TreeMap<>();
    for (Observation seen : history.seen()) {
      if (seen instanceof MachineSize size) {
        sizes.put(size.machine(), size);
      } else if (seen instanceof InstanceStopped stopped) {
        there.getOrDefault(stopped.machine(), Map.of()).remove(stopped.instance());
      } else if (seen instanceof InstanceStarted started) {
        Map<InstanceId, InstanceStarted> all =
            there.computeIfAbsent(started.machine(), any -> new TreeMap<>());
        all.put(started.instance(), started);
        Optional.ofNullable(sizes.get(started.machine()))
            .flatMap(size -> overbooked(size, all))
            .ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<Violation> overbooked(
      MachineSize size, Map<InstanceId, InstanceStarted> there) {
    long memory = 0;
    double cpus = 0;
    Map<String, Long> gpus = new TreeMap<>();
    for (InstanceStarted each : there.values()) {
      memory += each.claim().memoryMiB();
      cpus += each.claim().cpus();
      each.gpuMiB().forEach((gpu, mib) -> gpus.merge(gpu, mib, Long::sum));
    }
    List<String> over = new ArrayList<>();
    if (memory > size.memoryMiB()) {
      over.add("%d of %d MiB of memory".formatted(memory, size.memoryMiB()));
    }
    if (cpus > size.cpus() + ROUNDING) {
      over.add("%.2f of %.2f cpus".formatted(cpus, size.cpus()));
    }
    gpus.forEach(
        (gpu, mib) -> {
          long installed = size.gpuMiB().getOrDefault(gpu, 0L);
          if (mib > installed) {
            over.add("%d of %d MiB of GPU %s".formatted(mib, installed, gpu));
          }
        });
    if (over.isEmpty()) {
      return Optional.empty();
    }
    List<Observation> shown = new ArrayList<>(there.values());
    shown.sort(Comparator.comparing(Observation::at));
    shown.add(size);
    return Optional.of(
        new Violation(
            Invariant.NO_MEMORY_TWICE,
            "%s has promised %s".formatted(size.machine(), String.join(", ", over)),
            shown));
  }

  /** One command starts one instance, once, on one machine. */
  static List<Violation> startedTwice(History history) {
    List<Violation> found = new ArrayList<>();
    Map<Start, InstanceStarted> starts = new HashMap<>();
    for (InstanceStarted started : history.all(InstanceStarted.class)) {
      if (started.adopted()) {
        continue;
      }
      InstanceStarted before =
          starts.putIfAbsent(new Start(started.instance(), started.epoch()), started);
      if (before != null) {
        found.add(
            new Violation(
                Invariant.ONE_START,
                "%s was started by epoch %d on %s and again on %s"
                    .formatted(
                        started.instance(), started.epoch(), before.machine(), started.machine()),
                List.of(before, started)));
      }
    }
    return found;
  }

  /** What a machine obeys rises, for each instance; a start is obeyed too. */
  static List<Violation> staleEpochs(History history) {
    List<Violation> found = new ArrayList<>();
    Map<Where, Obeyed> highest = new HashMap<>();
    for (Observation seen : history.seen()) {
      Optional<Obeyed> obeyed = obeyed(seen);
      if (obeyed.isEmpty()) {
        continue;
      }
      Obeyed now = obeyed.get();
      Where where = new Where(now.machine(), now.instance());
      Obeyed before = highest.get(where);
      if (before == null || before.epoch() <= now.epoch()) {
        highest.put(where, now);
      } else {
        found.add(
            new Violation(
                Invariant.NO_STALE_EPOCH,
                "%s obeyed epoch %d for %s after epoch %d"
                    .formatted(now.machine(), now.epoch(), now.instance(), before.epoch()),
                List.of(before, seen)));
      }
    }
    return found;
  }

  private static Optional<Obeyed> obeyed(Observation seen) {
    if (seen instanceof InstanceStarted started && !started.adopted()) {
      return Optional.of(
          new Obeyed(started.at(), started.machine(), started.instance(), started.epoch()));
    }
    return seen instanceof Obeyed obeyed ? Optional.of(obeyed) : Optional.empty();
  }
}
