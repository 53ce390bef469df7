package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.Assigned;
import io.remuda.deploy.check.Observation.AssignmentsTold;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.deploy.check.Observation.Obeyed;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What machines promise and whom they obey. */
final class Machines {

  /** Of a core: sums of fractions are not exact. */
  private static final double ROUNDING = 1e-6;

  private record Where(MachineId machine, InstanceId instance) {}

  private record Start(InstanceId instance, long epoch) {}

  private Machines() {}

  /** What the instances of a machine claim fits into it at every moment. */
  static final class Promises implements Live.Fold {
    private final Map<MachineId, MachineSize> sizes = new TreeMap<>();
    private final Map<MachineId, Map<InstanceId, InstanceStarted>> there = new TreeMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof MachineSize size) {
        sizes.put(size.machine(), size);
      } else if (seen instanceof InstanceStopped stopped) {
        there.computeIfAbsent(stopped.machine(), any -> new TreeMap<>()).remove(stopped.instance());
      } else if (seen instanceof InstanceStarted started) {
        Map<InstanceId, InstanceStarted> all =
            there.computeIfAbsent(started.machine(), any -> new TreeMap<>());
        all.put(started.instance(), started);
        Optional.ofNullable(sizes.get(started.machine()))
            .flatMap(size -> overbooked(size, all))
            .ifPresent(found::add);
      }
    }
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

  /**
   * One command starts one instance, on one machine; there again only when nothing was left of it,
   * as after a crash before anything was written.
   */
  static final class Starts implements Live.Fold {
    private final Map<Start, InstanceStarted> starts = new HashMap<>();
    private final Set<Where> gone = new HashSet<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof InstanceStopped stopped) {
        gone.add(new Where(stopped.machine(), stopped.instance()));
      } else if (seen instanceof InstanceStarted started && !started.adopted()) {
        boolean over = gone.remove(new Where(started.machine(), started.instance()));
        InstanceStarted before =
            starts.put(new Start(started.instance(), started.epoch()), started);
        if (before != null && !(over && before.machine().equals(started.machine()))) {
          found.add(
              new Violation(
                  Invariant.ONE_START,
                  "%s was started by epoch %d on %s and again on %s"
                      .formatted(
                          started.instance(), started.epoch(), before.machine(), started.machine()),
                  List.of(before, started)));
        }
      }
    }
  }

  /** Nothing starts ahead of what it rests on; judged where assignments are told. */
  static final class Assignments implements Live.Fold {
    private final Set<Where> written = new HashSet<>();
    private boolean told;

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof AssignmentsTold) {
        told = true;
      } else if (seen instanceof Assigned assigned) {
        written.add(new Where(assigned.machine(), assigned.instance()));
      } else if (seen instanceof InstanceStarted started
          && told
          && !started.adopted()
          && !written.contains(new Where(started.machine(), started.instance()))) {
        found.add(
            new Violation(
                Invariant.ACT_AFTER_WRITE,
                "%s started %s, which is not written"
                    .formatted(started.machine(), started.instance()),
                List.of(started)));
      }
    }
  }

  /** What a machine obeys rises, for each instance; a start is obeyed too. */
  static final class Epochs implements Live.Fold {
    private final Map<Where, Obeyed> highest = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      obeyed(seen).ifPresent(now -> compare(now, seen, found));
    }

    private void compare(Obeyed now, Observation seen, List<Violation> found) {
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
  }

  private static Optional<Obeyed> obeyed(Observation seen) {
    if (seen instanceof InstanceStarted started && !started.adopted()) {
      return Optional.of(
          new Obeyed(started.at(), started.machine(), started.instance(), started.epoch()));
    }
    return seen instanceof Obeyed obeyed ? Optional.of(obeyed) : Optional.empty();
  }
}
