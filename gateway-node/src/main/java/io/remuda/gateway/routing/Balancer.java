package io.remuda.gateway.routing;

import io.remuda.protocol.id.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses the instance for a request: the less loaded of two that are drawn at random, by the
 * requests in flight as a share of the slots, times how much slower one of them answers. An
 * instance that knows the request's beginning may have some more, and the one that has its session
 * keeps it while it has room. Instances that fail are left out as long as there is another one; new
 * ones get what others have no room for, and then take part more and more often. Where versions of
 * the model have weights, the version is drawn first; one that has no instance for the request
 * leaves it to the others, so that no request fails for a weight. Pure; allocates nothing on the
 * first try.
 */
public final class Balancer {

  private Balancer() {}

  /**
   * An instance that takes requests and was not {@code tried}, by requests in flight alone; empty
   * when there is none.
   */
  public static Optional<Target> pick(
      ModelEntry entry, Set<InstanceId> tried, RandomGenerator random) {
    return pick(entry, tried, Asked.ANYTHING, 0, random);
  }

  /**
   * The same for a request of which more is known.
   *
   * @param now of {@link System#nanoTime()}
   */
  public static Optional<Target> pick(
      ModelEntry entry, Set<InstanceId> tried, Asked asked, long now, RandomGenerator random) {
    if (!entry.shares().isEmpty()) {
      List<Target> drawn = usable(entry.shares().draw(random), tried, now);
      if (!drawn.isEmpty()) {
        return Optional.of(choose(drawn, asked, now, random));
      }
    }
    List<Target> usable = usable(entry.ready(), tried, now);
    // Better one that has failed than none.
    List<Target> left = usable.isEmpty() ? untried(entry.ready(), tried) : usable;
    return left.isEmpty() ? Optional.empty() : Optional.of(choose(left, asked, now, random));
  }

  private static Target choose(
      List<Target> targets, Asked asked, long now, RandomGenerator random) {
    int count = targets.size();
    if (count == 1) {
      return targets.get(0);
    }
    Target keeps = asked.ofSession(targets);
    if (keeps != null && hasRoom(keeps, asked, now)) {
      return keeps;
    }
    int first = random.nextInt(count);
    int second = random.nextInt(count - 1);
    if (second >= first) {
      second++;
    }
    Target lighter = lighter(targets.get(first), targets.get(second), asked, now, random);
    int blocks = asked.knownBlocks(targets);
    Target knowing = blocks == 0 ? null : asked.knowing(blocks, targets);
    return knowing != null && isWorthIt(knowing, asked.worth(blocks), lighter, asked, now)
        ? knowing
        : lighter;
  }

  /** The one with less to do; the first when equal. */
  private static Target lighter(Target a, Target b, Asked asked, long now, RandomGenerator random) {
    double warmthOfA = a.vitals().warmth(now, asked.settings());
    double warmthOfB = b.vitals().warmth(now, asked.settings());
    if (warmthOfA != warmthOfB) {
      double drawn = random.nextDouble();
      if (!LoadPolicy.competes(warmthOfA, warmthOfB, drawn) && hasRoom(b, asked, now)) {
        return b;
      }
      if (!LoadPolicy.competes(warmthOfB, warmthOfA, drawn) && hasRoom(a, asked, now)) {
        return a;
      }
    }
    return cost(b, 0, a, asked, now) < cost(a, 0, b, asked, now) ? b : a;
  }

  private static boolean hasRoom(Target target, Asked asked, long now) {
    return target.underWay(now, asked.settings()) < target.route().openSlots();
  }

  private static boolean isWorthIt(
      Target knowing, double worth, Target lighter, Asked asked, long now) {
    return !isColder(knowing, lighter, asked, now)
        && cost(knowing, worth, lighter, asked, now) <= cost(lighter, 0, knowing, asked, now);
  }

  /** What it knows is worth nothing while it gets nothing. */
  private static boolean isColder(Target knowing, Target lighter, Asked asked, long now) {
    return knowing.vitals().warmth(now, asked.settings()) == 0
        && lighter.vitals().warmth(now, asked.settings()) > 0;
  }

  private static double cost(Target one, double spared, Target other, Asked asked, long now) {
    RoutingSettings settings = asked.settings();
    Pace own = one.vitals().pace(asked.stream());
    Pace others = other.vitals().pace(asked.stream());
    long window = settings.paceWindow().toNanos();
    double slowness =
        own.isKnown(now, window, settings.paceSamples())
                && others.isKnown(now, window, settings.paceSamples())
            ? LoadPolicy.slowness(own.nanos(), others.nanos(), settings)
            : 1;
    return LoadPolicy.cost(one.underWay(now, settings), spared, one.route().openSlots(), slowness);
  }

  /** The same list where none of them is left out. */
  private static List<Target> usable(List<Target> targets, Set<InstanceId> tried, long now) {
    List<Target> left = untried(targets, tried);
    for (int i = 0; i < left.size(); i++) {
      if (left.get(i).isEjected(now)) {
        return left.stream().filter(target -> !target.isEjected(now)).toList();
      }
    }
    return left;
  }

  private static List<Target> untried(List<Target> targets, Set<InstanceId> tried) {
    if (tried.isEmpty()) {
      return targets;
    }
    List<Target> left = new ArrayList<>(targets);
    left.removeIf(target -> tried.contains(target.instance()));
    return left;
  }
}
