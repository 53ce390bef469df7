package io.remuda.deploy.check;

import io.remuda.deploy.check.LeaseSeen.CallBegun;
import io.remuda.deploy.check.LeaseSeen.CallOver;
import io.remuda.deploy.check.LeaseSeen.Held;
import io.remuda.deploy.check.LeaseSeen.LeaseReady;
import io.remuda.deploy.check.LeaseSeen.LeaseSample;
import io.remuda.deploy.check.LeaseSeen.Leased;
import io.remuda.deploy.check.LeaseSeen.Returned;
import io.remuda.deploy.check.LeaseSeen.Told;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whose instances are, whom they answer, and what leases come to. */
public final class Leases {

  private record Hold(InstanceId instance, LeaseToken token) {}

  private Leases() {}

  /** All calls that an instance works on are of one lease, or all are everybody's. */
  static final class OneHolder implements Live.Fold {
    private final Map<InstanceId, LeaseId> tenants = new HashMap<>();
    private final Map<InstanceId, Map<Long, CallBegun>> calls = new HashMap<>();
    private final Map<Hold, Duration> until = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Held held) {
        until.put(new Hold(held.instance(), held.token()), held.until());
      } else if (seen instanceof CallOver over) {
        calls.computeIfAbsent(over.instance(), any -> new HashMap<>()).remove(over.call());
      } else if (seen instanceof CallBegun begun) {
        Map<Long, CallBegun> others =
            calls.computeIfAbsent(begun.instance(), any -> new HashMap<>());
        others.values().stream()
            .filter(before -> !goTogether(before, begun))
            .findFirst()
            .ifPresent(before -> found.add(two(before, begun)));
        others.put(begun.call(), begun);
      } else if (seen instanceof Returned returned) {
        tenants.remove(returned.instance(), returned.lease());
      } else if (seen instanceof Leased leased) {
        LeaseId before = tenants.put(leased.instance(), leased.lease());
        if (before != null && !before.equals(leased.lease())) {
          found.add(
              new Violation(
                  Invariant.ONE_HOLDER,
                  "%s is leased to %s, and %s has it"
                      .formatted(leased.instance(), leased.lease(), before),
                  List.of(leased)));
        }
      }
    }

    /** What is under way when a lease's time is over may end beside everybody's calls. */
    private boolean goTogether(CallBegun before, CallBegun now) {
      boolean overInTime =
          now.token().isEmpty()
              && before
                  .token()
                  .map(token -> until.get(new Hold(now.instance(), token)))
                  .filter(end -> end.compareTo(now.at()) <= 0)
                  .isPresent();
      return overInTime || lease(before).equals(lease(now));
    }

    private static Violation two(CallBegun before, CallBegun now) {
      return new Violation(
          Invariant.ONE_HOLDER,
          "%s answers %s while a call of %s is under way there"
              .formatted(now.instance(), whose(now), whose(before)),
          List.of(before, now));
    }
  }

  private static Optional<LeaseId> lease(CallBegun call) {
    return call.token().map(LeaseToken::lease);
  }

  private static String whose(CallBegun call) {
    return lease(call).map(lease -> "lease " + lease).orElse("everybody");
  }

  /** Numbers rise: of a model's grants, and of what an instance answers. */
  static final class Tokens implements Live.Fold {
    private final Map<ModelName, Long> granted = new HashMap<>();
    private final Map<InstanceId, Long> kept = new HashMap<>();
    private final Map<InstanceId, Told> told = new HashMap<>();
    private final Set<Hold> held = new HashSet<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Held now) {
        held.add(new Hold(now.instance(), now.token()));
      } else if (seen instanceof Told now) {
        hear(now);
      } else if (seen instanceof Leased leased) {
        Long before = granted.put(leased.instance().model(), leased.number());
        if (before != null && before >= leased.number()) {
          found.add(
              rises(
                  "%s is granted number %d after %d"
                      .formatted(leased.instance(), leased.number(), before),
                  leased));
        }
      } else if (seen instanceof CallBegun call && call.token().isPresent()) {
        long number = call.token().get().number();
        long least = least(call);
        if (number < least) {
          found.add(
              rises(
                  "%s answers number %d and was told that %d is the least"
                      .formatted(call.instance(), number, least),
                  call));
        } else if (!held.contains(new Hold(call.instance(), call.token().get()))) {
          found.add(
              rises(
                  "%s answers number %d, which never held it".formatted(call.instance(), number),
                  call));
        }
      }
    }

    private void hear(Told now) {
      if (now.kept()) {
        kept.merge(now.instance(), now.least(), Math::max);
      }
      Told before = told.get(now.instance());
      if (before == null || before.life() != now.life() || before.least() < now.least()) {
        told.put(now.instance(), now);
      }
    }

    private long least(CallBegun call) {
      Told last = told.get(call.instance());
      long inThisLife = last != null && last.life() == call.life() ? last.least() : 0;
      return Math.max(inThisLife, kept.getOrDefault(call.instance(), 0L));
    }

    private static Violation rises(String sentence, Observation seen) {
      return new Violation(Invariant.TOKEN_RISES, sentence, List.of(seen));
    }
  }

  /** A name gives a lease one instance; it is READY when all obey its token, and no other does. */
  static final class Parts implements Live.Fold {
    private final Map<LeaseId, Map<ModelName, InstanceId>> has = new HashMap<>();
    private final Map<LeaseToken, Map<ModelName, InstanceId>> held = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof Leased leased) {
        other(has.computeIfAbsent(leased.lease(), any -> new HashMap<>()), leased.instance())
            .ifPresent(
                before ->
                    found.add(
                        wrong(
                            "%s is given %s and has %s"
                                .formatted(leased.lease(), leased.instance(), before),
                            leased)));
      } else if (seen instanceof Returned returned) {
        has.computeIfAbsent(returned.lease(), any -> new HashMap<>())
            .remove(returned.instance().model(), returned.instance());
      } else if (seen instanceof Held now) {
        other(held.computeIfAbsent(now.token(), any -> new HashMap<>()), now.instance())
            .ifPresent(
                before ->
                    found.add(
                        wrong(
                            "%s holds %s and held %s under one number"
                                .formatted(now.token().lease(), now.instance(), before),
                            now)));
      } else if (seen instanceof LeaseReady ready) {
        Map<ModelName, InstanceId> obeys = held.getOrDefault(ready.token(), Map.of());
        boolean all = ready.parts().keySet().equals(ready.models());
        if (!all || !obeys.entrySet().containsAll(ready.parts().entrySet())) {
          found.add(
              wrong(
                  "%s of %s is READY with %s, and held under its token are %s"
                      .formatted(ready.token().lease(), ready.models(), ready.parts(), obeys),
                  ready));
        }
      }
    }

    /** The one that was there in the place of {@code now}. */
    private static Optional<InstanceId> other(Map<ModelName, InstanceId> of, InstanceId now) {
      return Optional.ofNullable(of.put(now.model(), now)).filter(before -> !before.equals(now));
    }

    private static Violation wrong(String sentence, Observation seen) {
      return new Violation(Invariant.ONE_INSTANCE_PER_LEASE, sentence, List.of(seen));
    }
  }

  /** A sample that is told, and not only asked for, is one of a fleet at rest. */
  static final class AtRest implements Live.Fold {
    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof LeaseSample lease) {
        found.addAll(unsettled(List.of(lease), Limits.PROMISED));
      }
    }
  }

  /** What is not as it must be of leases at a moment of rest; nothing when all is. */
  public static List<Violation> unsettled(List<LeaseSample> leases, Limits limits) {
    List<Violation> found = new ArrayList<>();
    for (LeaseSample lease : leases) {
      Optional<String> wrong = wrong(lease, limits);
      wrong.ifPresent(
          what -> found.add(new Violation(Invariant.LEASES_SETTLE, what, List.of(lease))));
    }
    return found;
  }

  private static Optional<String> wrong(LeaseSample lease, Limits limits) {
    if (lease.over().isPresent()) {
      boolean late = lease.over().get().compareTo(limits.settle()) > 0;
      return late && !lease.left().isEmpty()
          ? Optional.of(
              "lease %s has ended %d s ago, and there is %s"
                  .formatted(lease.lease(), lease.over().get().toSeconds(), lease.left()))
          : Optional.empty();
    }
    if (lease.ready()) {
      return lease.lacks().isEmpty()
          ? Optional.empty()
          : Optional.of("lease %s is READY, and %s".formatted(lease.lease(), lease.lacks()));
    }
    return lease.waits().isPresent()
        ? Optional.empty()
        : Optional.of("lease %s waits and nobody says why".formatted(lease.lease()));
  }
}
