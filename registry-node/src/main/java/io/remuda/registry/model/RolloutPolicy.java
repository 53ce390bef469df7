package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.RolloutWish.Strategy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The next step of one recipe's instances taking the place of another's.
 *
 * <h2>Goals</h2>
 *
 * Clients notice nothing: an instance that serves goes when one of the next recipe serves in its
 * stead. Without room for both at once, one that serves nobody at the moment goes first, one at a
 * time.
 *
 * <h2>Constraints</h2>
 *
 * By surge never fewer serve than did, up to what is wanted, and never more than the surge are
 * placed beyond that. When idle, never more than one is missing for the rollout's sake. Nothing is
 * stopped for a recipe that has no place then either.
 *
 * <h2>Algorithm</h2>
 *
 * Level-triggered, from counts alone: as many of the old ones may stay as are not yet ready of the
 * next; as many are placed as the strategy allows beside them.
 */
final class RolloutPolicy {

  /**
   * An instance that is not stopping.
   *
   * @param idle whether it works on nothing and nothing waits for it
   * @param leaving whether it is to go in any case: its machine is being drained, or it is of
   *     neither recipe
   * @param makesRoom whether one of the next recipe would fit where it is, once it is gone
   */
  record Part(InstanceId id, boolean ready, boolean idle, boolean leaving, boolean makesRoom) {}

  /**
   * What a step is taken by.
   *
   * @param wanted instances in all
   * @param surge so many beyond that may be placed
   * @param back whether the recipe that served before comes back; its strategy does not count
   * @param next of the recipe that all are to be of, where they may stay
   * @param old all others
   * @param ending whether any instance is stopping and still holds its place
   * @param room whether one more of the next recipe fits somewhere now
   * @param unfit whether the next recipe ran out of memory on a machine
   * @param patient whether one that is busy is still waited for
   * @param cramped whether there has been no room for so long that it is no matter of a moment
   */
  record Scene(
      int wanted,
      int surge,
      Strategy strategy,
      boolean back,
      List<Part> next,
      List<Part> old,
      boolean ending,
      boolean room,
      boolean unfit,
      boolean patient,
      boolean cramped) {

    Scene {
      next = List.copyOf(next);
      old = List.copyOf(old);
    }

    private Scene withRoom() {
      return new Scene(
          wanted, surge, strategy, back, next, old, ending, true, unfit, patient, cramped);
    }

    private int readyNext() {
      return (int) next.stream().filter(Part::ready).count();
    }

    /**
     * Nothing old is left, and what is missing has had no place for long: that is no matter of the
     * recipe, unless it is too large for a machine that the old one served on.
     */
    private boolean isComplete() {
      boolean waitsForNothing = !ending && !room && !unfit && !patient;
      boolean allThatFit =
          waitsForNothing && !next.isEmpty() && next.stream().allMatch(Part::ready);
      return old.isEmpty() && (readyNext() >= wanted || allThatFit);
    }
  }

  /**
   * What is to be done.
   *
   * @param place how many of the next recipe
   * @param complete whether nothing is left to do
   */
  record Step(int place, Set<InstanceId> stop, boolean complete) {

    private static final Step NONE = new Step(0, Set.of(), false);
  }

  /** Who is missed least goes first. */
  static final Comparator<Part> LEAST_MISSED =
      Comparator.comparing(Part::ready)
          .thenComparing(part -> !part.leaving())
          .thenComparing(part -> !part.idle())
          .thenComparing(Part::id, Comparator.reverseOrder());

  private RolloutPolicy() {}

  static Step next(Scene scene) {
    if (scene.isComplete()) {
      return new Step(0, Set.of(), true);
    }
    if (!scene.back() && scene.strategy() == Strategy.RECREATE) {
      return recreate(scene);
    }
    Set<InstanceId> stop = surplus(scene);
    int left = scene.old().size() - stop.size();
    int placed = left + scene.next().size();
    int missing = scene.wanted() - scene.next().size();
    int beside = besides(scene) ? scene.surge() : 0;
    int place = Math.max(0, Math.min(missing, scene.wanted() + beside - placed));
    if (place > 0 && scene.room()) {
      return new Step(place, stop, false);
    }
    boolean stuck =
        stop.isEmpty()
            && missing > 0
            && placed >= scene.wanted()
            && !scene.ending()
            && scene.next().stream().allMatch(Part::ready);
    return stuck && mayGoFirst(scene) ? first(scene) : new Step(0, stop, false);
  }

  /**
   * Whether one of the next recipe would be placed, were there room: then others may make some.
   * While one of its own is stopping, the room that it leaves is waited for.
   *
   * @param ends whether it is over where nothing is left to do
   */
  static boolean lacksRoom(Scene scene, boolean ends) {
    return !scene.room()
        && !scene.ending()
        && !(ends && scene.isComplete())
        && next(scene.withRoom()).place() > 0;
  }

  /** Whether the next ones are placed beside the old ones. */
  private static boolean besides(Scene scene) {
    return scene.back()
        || switch (scene.strategy()) {
          case AUTO, SURGE -> true;
          case RECREATE_WHEN_IDLE, RECREATE -> false;
        };
  }

  /** Whether an old one may go before one of the next recipe is there in its stead. */
  private static boolean mayGoFirst(Scene scene) {
    return scene.back()
        || switch (scene.strategy()) {
          case AUTO -> scene.cramped();
          case RECREATE_WHEN_IDLE, RECREATE -> true;
          case SURGE -> false;
        };
  }

  /** Old ones in whose stead one of the next is ready; on the way back, all that serve nobody. */
  private static Set<InstanceId> surplus(Scene scene) {
    int floor = Math.max(0, scene.wanted() - scene.readyNext());
    Set<InstanceId> stop = new LinkedHashSet<>();
    scene.old().stream()
        .sorted(LEAST_MISSED)
        .limit(Math.max(0, scene.old().size() - floor))
        .forEach(part -> stop.add(part.id()));
    if (scene.back()) {
      scene.old().stream().filter(part -> !part.ready()).forEach(part -> stop.add(part.id()));
    }
    return stop;
  }

  private static Step first(Scene scene) {
    return scene.old().stream()
        .filter(Part::makesRoom)
        .filter(part -> part.idle() || !part.ready() || !scene.patient())
        .min(LEAST_MISSED)
        .map(part -> new Step(0, Set.of(part.id()), false))
        .orElse(Step.NONE);
  }

  /** All at once, and the next ones when the last of the old ones has given its place back. */
  private static Step recreate(Scene scene) {
    List<Part> old = scene.old();
    if (old.isEmpty()) {
      int missing = Math.max(0, scene.wanted() - scene.next().size());
      return new Step(scene.ending() ? 0 : missing, Set.of(), false);
    }
    boolean willFit = scene.room() || old.stream().anyMatch(Part::makesRoom);
    List<InstanceId> all = new ArrayList<>();
    old.forEach(part -> all.add(part.id()));
    return willFit ? new Step(0, new LinkedHashSet<>(all), false) : Step.NONE;
  }
}
