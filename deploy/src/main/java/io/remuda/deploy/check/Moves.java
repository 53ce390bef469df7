package io.remuda.deploy.check;

import io.remuda.deploy.check.MoveSeen.EngineGone;
import io.remuda.deploy.check.MoveSeen.EngineUp;
import io.remuda.deploy.check.MoveSeen.GaveWay;
import io.remuda.deploy.check.MoveSeen.Left;
import io.remuda.deploy.check.MoveSeen.LoadSteady;
import io.remuda.deploy.check.MoveSeen.Placed;
import io.remuda.deploy.check.MoveSeen.Redeclared;
import io.remuda.deploy.check.MoveSeen.Scaled;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What models that scale by themselves, or want another one's place, may come to. */
final class Moves {

  private static final int MOST_TURNS = 2;

  private Moves() {}

  /**
   * While clients ask for the same, a number does not go up and down again and again. To give way
   * is another model's wish: neither that nor to want the place back is a change of direction.
   */
  static final class Turns implements Live.Fold {
    private final Map<ModelName, Boolean> up = new HashMap<>();
    private final Map<ModelName, Integer> turns = new HashMap<>();
    private final Map<ModelName, Duration> gaveWayAt = new HashMap<>();
    private boolean steady;

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof LoadSteady) {
        steady = true;
      } else if (seen instanceof GaveWay gone) {
        gaveWayAt.put(gone.instance().model(), gone.at());
      } else if (seen instanceof Scaled scaled && steady && scaled.from() > 0 && scaled.to() > 0) {
        // Both are written at once.
        if (scaled.at().equals(gaveWayAt.get(scaled.model()))) {
          up.remove(scaled.model());
        } else {
          scaled(scaled, found);
        }
      }
    }

    private void scaled(Scaled scaled, List<Violation> found) {
      boolean now = scaled.to() > scaled.from();
      Boolean before = up.put(scaled.model(), now);
      boolean turned = before != null && before != now;
      if (turned && turns.merge(scaled.model(), 1, Integer::sum) > MOST_TURNS) {
        found.add(
            new Violation(
                Invariant.NO_FLAPPING,
                "%s went from %d to %d, the third change of direction under one load"
                    .formatted(scaled.model(), scaled.from(), scaled.to()),
                List.of(scaled)));
      }
    }
  }

  /** Who wakes a model wakes it for all that wait. */
  static final class Wakes implements Live.Fold {
    private final Map<ModelName, Integer> most = new HashMap<>();
    private final Map<ModelName, Set<InstanceId>> there = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Scaled scaled) {
        if (scaled.from() == 0) {
          there.put(scaled.model(), new HashSet<>());
        }
        most.put(scaled.model(), scaled.to());
        if (scaled.from() == 0 && scaled.to() > scaled.first()) {
          found.add(
              wrong(
                  "%s was woken with %d instances, not %d"
                      .formatted(scaled.model(), scaled.to(), scaled.first()),
                  scaled));
        }
      } else if (seen instanceof Redeclared said) {
        there.remove(said.model());
      } else if (seen instanceof Left left) {
        of(left.instance()).ifPresent(ids -> ids.remove(left.instance()));
      } else if (seen instanceof Placed placed) {
        of(placed.instance()).ifPresent(ids -> ids.add(placed.instance()));
        int wanted = most.getOrDefault(placed.instance().model(), 0);
        of(placed.instance())
            .filter(ids -> ids.size() > wanted)
            .ifPresent(
                ids ->
                    found.add(
                        wrong(
                            "%s wants %d since it was woken, and has %s"
                                .formatted(placed.instance().model(), wanted, ids),
                            placed)));
      }
    }

    private Optional<Set<InstanceId>> of(InstanceId instance) {
      return Optional.ofNullable(there.get(instance.model()));
    }

    private static Violation wrong(String sentence, Observation seen) {
      return new Violation(Invariant.WOKEN_ONCE, sentence, List.of(seen));
    }
  }

  static final class Pins implements Live.Fold {
    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof GaveWay gone && gone.pinned()) {
        found.add(
            new Violation(
                Invariant.PINNED_STAYS,
                "%s is pinned and gave way to %s".formatted(gone.instance(), gone.to()),
                List.of(gone)));
      }
    }
  }

  /** What engines use is there at every moment, whatever their machine has promised. */
  static final class Memory implements Live.Fold {
    private final Map<MachineId, MachineSize> sizes = new HashMap<>();
    private final Map<MachineId, Map<InstanceId, EngineUp>> engines = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof MachineSize size) {
        sizes.put(size.machine(), size);
      } else if (seen instanceof EngineGone gone) {
        engines.computeIfAbsent(gone.machine(), any -> new TreeMap<>()).remove(gone.instance());
      } else if (seen instanceof EngineUp up) {
        Map<InstanceId, EngineUp> there =
            engines.computeIfAbsent(up.machine(), any -> new TreeMap<>());
        there.put(up.instance(), up);
        MachineSize size = sizes.get(up.machine());
        if (size != null && !isThere(size, there)) {
          found.add(
              new Violation(
                  Invariant.NO_START_BEFORE_BACK,
                  "%s runs %s, which use more than it has".formatted(up.machine(), there.keySet()),
                  List.of(size, up)));
        }
      }
    }

    private static boolean isThere(MachineSize size, Map<InstanceId, EngineUp> engines) {
      long memory = 0;
      Map<String, Long> gpus = new TreeMap<>();
      for (EngineUp engine : engines.values()) {
        memory += engine.claim().memoryMiB();
        engine.gpuMiB().forEach((gpu, mib) -> gpus.merge(gpu, mib, Long::sum));
      }
      return memory <= size.memoryMiB()
          && gpus.entrySet().stream()
              .allMatch(used -> used.getValue() <= size.gpuMiB().getOrDefault(used.getKey(), 0L));
    }
  }
}
