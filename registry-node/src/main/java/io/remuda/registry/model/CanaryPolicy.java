package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.registry.model.RolloutPolicy.Part;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The next step towards some instances of a new recipe beside those that serve, and no more.
 *
 * <h2>Goals</h2>
 *
 * The new recipe has as many instances as its share of the requests needs, one at least. What
 * served before goes on serving and is filled up again when one of it is lost, for it is what
 * serves when the new one is taken back.
 *
 * <h2>Constraints</h2>
 *
 * The last one of the old recipe never goes, not even from a machine that is being drained. While
 * it is not given its place by an idle one, never fewer serve than are wanted. Never more than the
 * surge are placed beyond that, but for one beside an only one. What a lease has is left to it.
 *
 * <h2>Algorithm</h2>
 *
 * Level-triggered, from counts alone, like {@link RolloutPolicy}; a lower share goes the same way
 * back.
 */
final class CanaryPolicy {

  /**
   * What a step is taken by.
   *
   * @param wanted instances in all, those that leases ask for among them
   * @param share so many are to be of the new recipe
   * @param surge so many beyond those wanted may be placed
   * @param makesWay whether an idle one goes where there is no room for the other recipe
   * @param next of the new recipe, where they may stay
   * @param old of the recipe that served before, where they may stay
   * @param leavingOld of the recipe that served before, where they may not stay
   * @param leaving all others that go in any case
   * @param leased those that a lease has
   * @param ending whether any instance is stopping and still holds its place
   * @param room whether one more of the new recipe fits somewhere now
   * @param roomForOld the same for the one that served before
   * @param patient whether one that is busy is still waited for
   */
  record Scene(
      int wanted,
      int share,
      int surge,
      boolean makesWay,
      List<Part> next,
      List<Part> old,
      List<Part> leavingOld,
      List<Part> leaving,
      Set<InstanceId> leased,
      boolean ending,
      boolean room,
      boolean roomForOld,
      boolean patient) {

    Scene {
      next = List.copyOf(next);
      old = List.copyOf(old);
      leavingOld = List.copyOf(leavingOld);
      leaving = List.copyOf(leaving);
      leased = Set.copyOf(leased);
    }

    private Scene with(boolean roomNow, boolean roomForOldNow) {
      return new Scene(
          wanted,
          share,
          surge,
          makesWay,
          next,
          old,
          leavingOld,
          leaving,
          leased,
          ending,
          roomNow,
          roomForOldNow,
          patient);
    }

    /** Of both recipes, at most. */
    private int limit() {
      return Math.max(wanted + surge, share + 1);
    }

    private int keptOld() {
      return Math.min(wanted, Math.max(1, limit() - share));
    }

    /** Below this the old recipe is filled up even before the new one has its share. */
    private int leastOld() {
      return Math.max(1, wanted - share);
    }

    /** Of those of the old recipe that may not stay, so many serve on until others do. */
    private int heldOld() {
      return Math.max(0, Math.min(ready(leavingOld), leastOld() - ready(old)));
    }

    private List<Part> unleased(List<Part> parts) {
      return parts.stream().filter(part -> !leased.contains(part.id())).toList();
    }
  }

  /**
   * What is to be done.
   *
   * @param place how many of the new recipe
   * @param refill how many of the one that served before
   */
  record Step(int place, int refill, Set<InstanceId> stop) {}

  private CanaryPolicy() {}

  /** How many of {@code wanted} instances {@code percent} of the requests need: one at least. */
  static int share(int wanted, int percent) {
    int needed = (wanted * percent + 99) / 100;
    return Math.max(1, Math.min(wanted, needed));
  }

  static Step next(Scene scene) {
    Set<InstanceId> stop = surplus(scene);
    int next = staying(scene.next(), stop);
    int old = staying(scene.old(), stop);
    int free = scene.limit() - next - old;
    int missing = scene.share() - next;
    // With places for few, the first ones are for what serves when the new one is taken back.
    boolean oldFirst = old < scene.leastOld() && scene.roomForOld();
    if (missing > 0 && free > 0 && scene.room() && !oldFirst) {
      return new Step(Math.min(missing, free), 0, stop);
    }
    boolean still = stop.isEmpty() && !scene.ending() && scene.makesWay();
    int lacking = (missing > 0 ? scene.leastOld() : scene.keptOld()) - old;
    int refill = Math.max(0, Math.min(lacking, free));
    if (refill > 0 && scene.roomForOld()) {
      return new Step(0, refill, stop);
    }
    if (still && missing > 0 && allReady(scene.next()) && old > scene.leastOld()) {
      return new Step(0, 0, first(scene.old(), scene, true));
    }
    return still && missing < 0 && lacking > 0 && allReady(scene.old())
        ? new Step(0, 0, first(scene.next(), scene, false))
        : new Step(0, 0, stop);
  }

  /** Whether one of the new recipe would be placed, were there room; see {@link RolloutPolicy}. */
  static boolean lacksRoom(Scene scene) {
    return !scene.room()
        && !scene.ending()
        && next(scene.with(true, scene.roomForOld())).place() > 0;
  }

  /**
   * How many of the recipe that served before are missing, beside what may be of the new one, and
   * would be placed, were there room. What serves on where it may not stay is not missing.
   */
  static int lackingOld(Scene scene) {
    int missing = scene.leastOld() - scene.old().size() - scene.leavingOld().size();
    boolean waits = !scene.roomForOld() && !scene.ending() && missing > 0;
    return waits && next(scene.with(scene.room(), true)).refill() > 0 ? missing : 0;
  }

  /** Those that go in any case and those that are too many, as others serve in their stead. */
  private static Set<InstanceId> surplus(Scene scene) {
    List<Part> leavingOld = scene.leavingOld();
    int serving =
        ready(scene.next()) + ready(scene.old()) + ready(leavingOld) + ready(scene.leaving());
    int spare = serving - scene.wanted();
    Set<InstanceId> stop = new LinkedHashSet<>();
    spare = stop(scene.leaving(), scene.leaving().size(), spare, stop);
    spare = stop(leavingOld, leavingOld.size() - scene.heldOld(), spare, stop);
    int tooManyNext = scene.next().size() - scene.share();
    spare = stop(scene.unleased(scene.next()), tooManyNext, spare, stop);
    stop(scene.unleased(scene.old()), scene.old().size() - scene.keptOld(), spare, stop);
    return stop;
  }

  /** Stops up to {@code most} of them, of those that serve only so many as are to spare. */
  private static int stop(List<Part> parts, int most, int spare, Set<InstanceId> stop) {
    int left = spare;
    for (Part part :
        parts.stream().sorted(RolloutPolicy.LEAST_MISSED).limit(Math.max(0, most)).toList()) {
      if (!part.ready() || left > 0) {
        stop.add(part.id());
        left -= part.ready() ? 1 : 0;
      }
    }
    return left;
  }

  private static Set<InstanceId> first(List<Part> parts, Scene scene, boolean fits) {
    return scene.unleased(parts).stream()
        .filter(part -> !fits || part.makesRoom())
        .filter(part -> part.idle() || !part.ready() || !scene.patient())
        .min(RolloutPolicy.LEAST_MISSED)
        .map(part -> Set.of(part.id()))
        .orElse(Set.of());
  }

  private static boolean allReady(List<Part> parts) {
    return parts.stream().allMatch(Part::ready);
  }

  private static int ready(List<Part> parts) {
    return (int) parts.stream().filter(Part::ready).count();
  }

  private static int staying(List<Part> parts, Collection<InstanceId> stop) {
    return (int) parts.stream().filter(part -> !stop.contains(part.id())).count();
  }
}
