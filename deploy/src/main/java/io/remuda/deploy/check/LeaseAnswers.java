package io.remuda.deploy.check;

import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.LeaseOver;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whose an instance is that is leased. */
final class LeaseAnswers {

  private record Grant(InstanceId instance, long token) {}

  private LeaseAnswers() {}

  /** A lease's token never falls, and no other lease has the same one of the same instance. */
  static final class Tokens implements Live.Fold {
    private final Map<LeaseId, LeaseHeld> highest = new HashMap<>();
    private final Map<Grant, LeaseHeld> first = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (!(seen instanceof LeaseHeld held)) {
        return;
      }
      LeaseHeld before = highest.get(held.lease());
      if (before != null && before.token() > held.token()) {
        found.add(
            new Violation(
                Invariant.HOLDER_ALONE,
                "the token of lease %s was %d and is %d"
                    .formatted(held.lease(), before.token(), held.token()),
                List.of(before, held)));
      } else {
        highest.put(held.lease(), held);
      }
      LeaseHeld other = first.putIfAbsent(new Grant(held.instance(), held.token()), held);
      if (other != null && !other.lease().equals(held.lease())) {
        found.add(
            new Violation(
                Invariant.HOLDER_ALONE,
                "token %d of %s is that of lease %s and of lease %s"
                    .formatted(held.token(), held.instance(), other.lease(), held.lease()),
                List.of(other, held)));
      }
    }
  }

  /**
   * What an instance has answered under one token, it answers under no lower one that is sent
   * later; and it answers nobody whose lease is over.
   */
  static final class Calls implements Live.Fold {

    /** By when they were answered: each under a higher token than all before it. */
    private final Map<InstanceId, TreeMap<Duration, LeaseCalled>> highest = new HashMap<>();

    private final Map<LeaseId, LeaseOver> over = new HashMap<>();

    @Override
    public void see(Observation seen, List<Violation> found) {
      if (seen instanceof LeaseOver end) {
        over.putIfAbsent(end.lease(), end);
      } else if (seen instanceof LeaseCalled call && call.answered()) {
        answered(call, found);
      }
    }

    private void answered(LeaseCalled call, List<Violation> found) {
      TreeMap<Duration, LeaseCalled> rising =
          highest.computeIfAbsent(call.instance(), any -> new TreeMap<>());
      Map.Entry<Duration, LeaseCalled> before = rising.floorEntry(call.begin());
      LeaseOver end = over.get(call.lease());
      if (before != null && before.getValue().token() > call.token()) {
        found.add(
            new Violation(
                Invariant.HOLDER_ALONE,
                "%s answered lease %s under token %d after it had answered lease %s under token %d"
                    .formatted(
                        call.instance(),
                        call.lease(),
                        call.token(),
                        before.getValue().lease(),
                        before.getValue().token()),
                List.of(before.getValue(), call)));
      } else if (end != null && end.at().compareTo(call.begin()) <= 0) {
        found.add(
            new Violation(
                Invariant.HOLDER_ALONE,
                "%s answered under lease %s, which is over"
                    .formatted(call.instance(), call.lease()),
                List.of(end, call)));
      }
      if (rising.isEmpty() || rising.lastEntry().getValue().token() < call.token()) {
        rising.put(call.end(), call);
      }
    }
  }
}
