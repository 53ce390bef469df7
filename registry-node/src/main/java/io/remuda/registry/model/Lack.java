package io.remuda.registry.model;

import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.util.List;
import java.util.Optional;

/**
 * Instances of one recipe that are wanted and would be placed, were there room. Of a name that has
 * two recipes it is the rollout that knows which one's are missing.
 *
 * @param revision whose recipe they are to be started from
 * @param count how many are missing; 0 where one is wanted in the place of one that serves
 * @param rolled whether a rollout brings them that goes on and says itself what it waits for
 */
record Lack(long revision, int count, boolean rolled) {

  /** Empty where nothing is missing, and where the room that its own leave is waited for. */
  static Optional<Lack> of(Sight sight) {
    ModelState state = sight.state();
    return isDeclared(state)
        ? state
            .rollout()
            .filter(on -> state.wanted() > 0)
            .filter(on -> on.isCanary() || !state.instances().isEmpty())
            .map(rollout -> Replace.lack(sight, rollout))
            .orElseGet(() -> unplaced(sight))
        : Optional.empty();
  }

  /** The same of a name none of whose instances stay, however many of them still hold a place. */
  static Optional<Lack> onceAllHaveGone(Sight sight) {
    return isDeclared(sight.state()) && sight.counted().isEmpty()
        ? unplaced(sight)
        : Optional.empty();
  }

  private static boolean isDeclared(ModelState state) {
    return state.live().isPresent() && !state.isSelfRegistered();
  }

  private static Optional<Lack> unplaced(Sight sight) {
    int missing = Outlook.missing(sight);
    return missing > 0
        ? Optional.of(new Lack(sight.state().goal(), missing, false))
        : Optional.empty();
  }

  /** Whether it is written into the journal that they fit nowhere. */
  boolean isToldOf() {
    return count > 0 && !rolled;
  }

  /** Whether it is known what model they are of; before that nothing is placed. */
  boolean isKnown(Sight sight) {
    return sight.state().recipe(revision).flatMap(Recipes.Recipe::file).isPresent();
  }

  Need need(Sight sight) {
    return sight.need(revision);
  }

  /** What is said of each machine for one of them. */
  List<Verdict> verdicts(Sight sight) {
    return Scheduler.verdicts(sight.fleet(), need(sight));
  }
}
