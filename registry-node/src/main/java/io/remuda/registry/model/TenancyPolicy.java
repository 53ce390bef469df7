package io.remuda.registry.model;

import io.remuda.registry.model.Claims.Claim;
import java.util.Comparator;
import java.util.Optional;

/**
 * Which instance a lease gets.
 *
 * <p>Goals: it has one at once, the one that it knows, and takes as little as can be from others.
 *
 * <p>Constraints: one that is ready and has room for it. One that refused it and still works is
 * left alone.
 *
 * <p>Algorithm: the session's former instance, then for a share the one with the most slots that
 * nobody has a share of, then one that works on nothing, then any; before all that, one that has
 * not just refused the lease and does not go soon, and beside a canary one of what it may replace:
 * a lease that has the canary takes it from all other requests.
 */
final class TenancyPolicy {

  private TenancyPolicy() {}

  static Optional<Instance> choose(Sight sight, Claim claim) {
    long preferred = preferred(sight.state());
    Comparator<Instance> last =
        Comparator.comparing((Instance instance) -> isAvoided(claim, instance));
    return sight.state().instances().values().stream()
        .filter(instance -> sight.ready(instance) && ShareRoom.fits(sight, claim, instance))
        // Asked again while it works it would close itself to everybody for another while, in vain.
        .filter(instance -> !isAvoided(claim, instance) || ShareRoom.rests(sight, claim, instance))
        .min(
            last.thenComparing(sight::onDrainingMachine)
                .thenComparing(instance -> instance.revision() != preferred)
                .thenComparing(instance -> !isFormer(sight, claim, instance))
                .thenComparing(instance -> claim.isShare() ? -ShareRoom.left(sight, instance) : 0)
                .thenComparing(instance -> !ShareRoom.isIdle(sight, instance))
                .thenComparing(Instance::id));
  }

  private static boolean isAvoided(Claim claim, Instance instance) {
    return claim.avoided().filter(instance.id()::equals).isPresent();
  }

  /** The revision whose instances leases are given first. */
  private static long preferred(ModelState state) {
    return state.rollout().filter(Rollout::isCanary).map(Rollout::from).orElseGet(state::goal);
  }

  private static boolean isFormer(Sight sight, Claim claim, Instance instance) {
    return claim
        .session()
        .map(session -> instance.id().equals(sight.soft().claims().sessions().get(session)))
        .orElse(false);
  }
}
