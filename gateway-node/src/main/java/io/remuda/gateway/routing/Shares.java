package io.remuda.gateway.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Whose turn it is among instances of several versions, by the percent of the requests that each
 * version gets. Instances of a version that has no percent of its own share what is left of 100
 * with all others like them: those of machines that do not say their version, too.
 */
final class Shares {

  private static final int ALL = 100;

  /** Of an entry whose instances are all alike. */
  static final Shares NONE = new Shares(List.of());

  private final List<Share> shares;

  /** Instances that get the draws below {@code upTo} and not below the share's before. */
  private record Share(int upTo, List<Target> targets) {}

  private Shares(List<Share> shares) {
    this.shares = shares;
  }

  static Shares of(Map<Long, Integer> weights, List<Target> ready) {
    if (weights.isEmpty()) {
      return NONE;
    }
    Map<Long, List<Target>> named = new TreeMap<>();
    List<Target> others = new ArrayList<>();
    for (Target target : ready) {
      long revision = target.route().revision();
      if (weights.containsKey(revision)) {
        named.computeIfAbsent(revision, r -> new ArrayList<>()).add(target);
      } else {
        others.add(target);
      }
    }
    List<Share> shares = new ArrayList<>();
    int upTo = 0;
    for (Map.Entry<Long, Integer> weight : new TreeMap<>(weights).entrySet()) {
      upTo += weight.getValue();
      shares.add(new Share(upTo, List.copyOf(named.getOrDefault(weight.getKey(), List.of()))));
    }
    shares.add(new Share(ALL, List.copyOf(others)));
    return new Shares(List.copyOf(shares));
  }

  boolean isEmpty() {
    return shares.isEmpty();
  }

  /** The instances whose turn it is; none where that version has none now. */
  List<Target> draw(RandomGenerator random) {
    int drawn = random.nextInt(ALL);
    for (Share share : shares) {
      if (drawn < share.upTo()) {
        return share.targets();
      }
    }
    return List.of();
  }
}
