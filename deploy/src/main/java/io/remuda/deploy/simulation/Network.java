package io.remuda.deploy.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What lies between nodes, and whether a node is run at all. Messages are delayed, lost, doubled
 * and overtaken; links are cut one way or both; a paused node does nothing until it goes on.
 */
final class Network {

  private static final Duration HERE = Duration.ofNanos(50_000);
  private static final Duration STEP = Duration.ofMillis(1);

  private record Link(String from, String to) {}

  private final Timeline timeline;
  private final Story story;
  private final Set<Link> cut = new HashSet<>();
  private final Map<String, Duration> pausedUntil = new HashMap<>();
  private final int lossPercent;
  private final int doublePercent;
  private final int latePercent;
  private boolean calm;

  Network(Timeline timeline, Story story) {
    this.timeline = timeline;
    this.story = story;
    this.lossPercent = timeline.random().nextInt(8);
    this.doublePercent = timeline.random().nextInt(6);
    this.latePercent = timeline.random().nextInt(10);
  }

  /** Delivers, or not, or twice, or late; always and at once within one node. */
  void send(String from, String to, String what, Runnable deliver) {
    if (from.equals(to)) {
      timeline.after(HERE, () -> at(to, deliver));
      return;
    }
    if (!reaches(from, to) || (!calm && timeline.chance(lossPercent))) {
      story.lost(from, to, what);
      return;
    }
    int copies = !calm && timeline.chance(doublePercent) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      boolean late = !calm && timeline.chance(latePercent);
      Duration delay = late ? timeline.between(10, 3_000) : timeline.between(1, 8);
      timeline.after(delay, () -> at(to, deliver));
    }
  }

  /** Runs {@code act} on a node after a while; it says itself whether it is still of any use. */
  void after(String node, Duration delay, Runnable act) {
    timeline.after(delay, () -> at(node, act));
  }

  private void at(String node, Runnable act) {
    Duration until =
        pausedUntil.isEmpty() ? Duration.ZERO : pausedUntil.getOrDefault(node, Duration.ZERO);
    if (until.compareTo(timeline.elapsed()) > 0) {
      timeline.after(until.minus(timeline.elapsed()).plus(STEP), () -> at(node, act));
    } else {
      act.run();
    }
  }

  boolean reaches(String from, String to) {
    return cut.isEmpty() || !cut.contains(new Link(from, to));
  }

  void cut(String from, String to) {
    cut.add(new Link(from, to));
  }

  void heal(String from, String to) {
    cut.remove(new Link(from, to));
  }

  void pause(String node, Duration time) {
    pausedUntil.put(node, timeline.elapsed().plus(time));
  }

  /** From now on every link works and nothing is lost. */
  void calm() {
    calm = true;
    cut.clear();
    pausedUntil.clear();
  }
}
