package io.remuda.registry.model;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.remuda.protocol.id.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * For how long an instance that a lease brought beyond the wished number stays when the lease is
 * over, so that leases in a row do not start and stop one each.
 *
 * <p>Guarantees: it makes nothing start, since only what is ready counts; it takes no room that
 * another name wants, see {@link EvictionDecider}; and an operator's word about the name ends it.
 * Of a name that is pinned nothing lingers: it would not give way. Nor does anything while versions
 * change places.
 */
final class LingerDecider {

  private LingerDecider() {}

  /** The step of a round: who begins to linger, and whose time is over. */
  static void step(Round round) {
    if (!round.older()) {
      Claims claims = round.soft().claims();
      round.remember(round.soft().with(claims.with(next(round.sight()))));
    }
  }

  private static Lingering next(Sight sight) {
    Lingering last = sight.soft().claims().lingering();
    Set<InstanceId> leased = sight.state().tenancy().instances();
    Map<InstanceId, Instant> until = new TreeMap<>();
    if (mayLinger(sight)) {
      Duration time = sight.policy().lease().linger();
      boolean beyond = staying(sight).size() > sight.state().wanted();
      for (Instance instance : sight.counted()) {
        InstanceId id = instance.id();
        Optional<Instant> end =
            Optional.ofNullable(last.until().get(id))
                .or(
                    () ->
                        beyond && last.leased().contains(id)
                            ? Optional.of(sight.now().plus(time))
                            : Optional.empty());
        end.filter(at -> !leased.contains(id) && at.isAfter(sight.now()))
            .ifPresent(at -> until.put(id, at));
      }
    }
    return new Lingering(leased, until);
  }

  private static boolean mayLinger(Sight sight) {
    ModelState state = sight.state();
    return state.wanted() > 0
        && !state.isSelfRegistered()
        && state.rollout().isEmpty()
        && !MakeRoom.keep(state).pinned();
  }

  /** Those that have a place that they keep. */
  private static List<Instance> staying(Sight sight) {
    return sight.counted().stream()
        .filter(instance -> !sight.onDrainingMachine(instance))
        .filter(instance -> sight.refusal(instance).isEmpty())
        .toList();
  }

  private static boolean isFree(Sight sight, Instance instance) {
    return sight.ready(instance) && !sight.leased(instance);
  }

  private static boolean lingers(Sight sight, Instance instance) {
    return isFree(sight, instance)
        && sight.soft().claims().lingering().until().containsKey(instance.id());
  }

  /** How many there are that leases have, or that stay for the next one. */
  static int kept(Sight sight) {
    return mayLinger(sight)
        ? (int)
            staying(sight).stream()
                .filter(instance -> sight.leased(instance) || lingers(sight, instance))
                .count()
        : 0;
  }

  /** How many there are that nobody would want, were it not for the next lease. */
  static int spare(Sight sight) {
    if (!mayLinger(sight)) {
      return 0;
    }
    List<Instance> staying = staying(sight);
    int lingering = (int) staying.stream().filter(instance -> lingers(sight, instance)).count();
    return Math.min(lingering, Math.max(0, staying.size() - TenancyDecider.asked(sight)));
  }

  /** Until when it stays for the next lease alone; empty where it stays anyhow. */
  static Optional<Instant> until(Sight sight, Instance instance) {
    int spare = spare(sight);
    if (spare == 0) {
      return Optional.empty();
    }
    // Whichever time is over first, it is the youngest that goes then.
    List<InstanceId> first =
        staying(sight).stream()
            .filter(each -> isFree(sight, each))
            .map(Instance::id)
            .sorted(Comparator.reverseOrder())
            .limit(spare)
            .toList();
    int place = first.indexOf(instance.id());
    return place < 0
        ? Optional.empty()
        : sight.soft().claims().lingering().until().values().stream()
            .sorted()
            .skip(place)
            .findFirst();
  }

  /** The same in words. */
  static Optional<String> said(Sight sight, Instance instance) {
    return until(sight, instance)
        .map(at -> "kept until %s for the next lease".formatted(at.truncatedTo(SECONDS)));
  }
}
