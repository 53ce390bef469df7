package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.registry.model.Claims.Claim;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which instances of a name have room for which lease. A whole instance is one that no lease has
 * anything of; a share needs so many slots that no other lease has. All slots of an instance may be
 * reserved: then it answers the holders alone.
 */
final class ShareRoom {

  private ShareRoom() {}

  /** Whether the claim may be granted the instance, whose slots are known. */
  static boolean fits(Sight sight, Claim claim, Instance instance) {
    return claim.isShare()
        ? !sight.leasedWhole(instance) && left(sight, instance) >= claim.slots()
        : !sight.leased(instance);
  }

  /** Slots that no lease has a share of; 0 where nobody has said how many it has. */
  static int left(Sight sight, Instance instance) {
    return sight.slots(instance).orElse(0) - sight.state().tenancy().shared(instance.id());
  }

  /** Whether it works on nothing. */
  static boolean isIdle(Sight sight, Instance instance) {
    return sight.report(instance).map(said -> said.inFlight() + said.queued() == 0).orElse(false);
  }

  /** Whether it could give the claim what it wants at once. */
  static boolean rests(Sight sight, Claim claim, Instance instance) {
    return claim.isShare()
        ? sight
            .report(instance)
            .map(said -> said.inFlight() + claim.slots() <= left(sight, instance))
            .orElse(false)
        : isIdle(sight, instance);
  }

  /** The most slots that an instance has, or is declared to have; empty where nobody knows. */
  static OptionalInt mostSlots(Sight sight) {
    Stream<Integer> seen =
        sight.state().instances().values().stream()
            .filter(sight::ready)
            .flatMap(instance -> sight.report(instance).stream())
            .map(InstanceReport::slots);
    Stream<Integer> said =
        sight.state().live().map(live -> live.spec().slots()).stream()
            .flatMapToInt(OptionalInt::stream)
            .boxed();
    return Stream.concat(seen, said).mapToInt(Integer::intValue).max();
  }

  /**
   * How many instances the claims need beside those that leases have something of: a whole one
   * each, and for shares as many as hold them that find no room on those.
   *
   * @param beside whether another one is wanted beside an instance that refused the lease, busy for
   *     long
   */
  static int more(Sight sight, List<Claim> claims, boolean beside) {
    Map<InstanceId, Integer> left = new TreeMap<>();
    for (Instance instance : sight.counted()) {
      if (sight.leased(instance) && !sight.leasedWhole(instance)) {
        left.put(instance.id(), left(sight, instance));
      }
    }
    int more = 0;
    int open = 0;
    for (Claim claim : claims) {
      boolean refused = claim.avoided().filter(sight.state().instances()::containsKey).isPresent();
      int another = beside && refused ? 2 : 1;
      if (!claim.isShare()) {
        more += another;
      } else if (refused) {
        more += left.containsKey(claim.avoided().orElseThrow()) ? 1 : another;
      } else if (!takes(left, claim.slots())) {
        if (open < claim.slots()) {
          more++;
          open = ScaleDecider.slots(sight);
        }
        open -= claim.slots();
      }
    }
    return more;
  }

  private static boolean takes(Map<InstanceId, Integer> left, int slots) {
    for (Map.Entry<InstanceId, Integer> each : left.entrySet()) {
      if (each.getValue() >= slots) {
        each.setValue(each.getValue() - slots);
        return true;
      }
    }
    return false;
  }
}
