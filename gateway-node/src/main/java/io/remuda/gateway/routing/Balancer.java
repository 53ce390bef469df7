package io.remuda.gateway.routing;

import io.remuda.protocol.id.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses the instance for a request: the less loaded of two that are drawn at random, by the
 * gateway's own requests in flight as a share of the slots. Where versions of the model have
 * weights, the version is drawn first; one that has no instance for the request leaves it to the
 * others, so that no request fails for a weight. Pure; allocates nothing on the first try.
 */
public final class Balancer {

  private Balancer() {}

  /** An instance that takes requests and was not {@code tried}; empty when there is none. */
  public static Optional<Target> pick(
      ModelEntry entry, Set<InstanceId> tried, RandomGenerator random) {
    if (!entry.shares().isEmpty()) {
      Optional<Target> drawn = among(untried(entry.shares().draw(random), tried), random);
      if (drawn.isPresent()) {
        return drawn;
      }
    }
    int count = entry.readyCount();
    if (!tried.isEmpty()) {
      return among(untried(entry, tried), random);
    }
    return switch (count) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(entry.ready(0));
      default -> {
        int first = random.nextInt(count);
        int second = random.nextInt(count - 1);
        if (second >= first) {
          second++;
        }
        yield Optional.of(lessLoaded(entry.ready(first), entry.ready(second)));
      }
    };
  }

  /** The one with the smaller share of its slots in use; the first when equal. */
  static Target lessLoaded(Target a, Target b) {
    long left = (long) a.inFlight() * Math.max(1, b.route().openSlots());
    long right = (long) b.inFlight() * Math.max(1, a.route().openSlots());
    return right < left ? b : a;
  }

  private static List<Target> untried(ModelEntry entry, Set<InstanceId> tried) {
    List<Target> left = new ArrayList<>(entry.readyCount());
    for (int i = 0; i < entry.readyCount(); i++) {
      if (!tried.contains(entry.ready(i).instance())) {
        left.add(entry.ready(i));
      }
    }
    return left;
  }

  private static List<Target> untried(List<Target> targets, Set<InstanceId> tried) {
    List<Target> left = new ArrayList<>(targets);
    left.removeIf(target -> tried.contains(target.instance()));
    return left;
  }

  private static Optional<Target> among(List<Target> targets, RandomGenerator random) {
    if (targets.size() < 2) {
      return targets.stream().findFirst();
    }
    Target first = targets.remove(random.nextInt(targets.size()));
    return Optional.of(lessLoaded(first, targets.get(random.nextInt(targets.size()))));
  }
}
