package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Live;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * What happened, one line an event: the last lines for people, all of them as a number that two
 * runs of one seed share. What is observed is judged at once.
 */
final class Story {

  private static final int SHOWN = 60;
  private static final Set<String> CHATTER = Set.of("report", "Ping", "pong", "routes", "gossip");
  private static final long PRIME = 1_099_511_628_211L;

  private final Timeline timeline;
  private final Live live = new Live();
  private final Deque<String> last = new ArrayDeque<>();
  private final List<Violation> violations = new ArrayList<>();
  private long hash = 0xcbf29ce484222325L;

  Story(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Something happened at {@code node}. */
  void tell(String node, String what) {
    long millis = timeline.elapsed().toMillis();
    hash = (hash ^ millis ^ what.hashCode() ^ ((long) node.hashCode() << 32)) * PRIME;
    last.add(millis + " " + node + " " + what);
    if (last.size() > SHOWN) {
      last.remove();
    }
  }

  /** Of what is said each second anyway nobody wants to read. */
  void lost(String from, String to, String what) {
    if (!CHATTER.contains(what)) {
      tell(from, "-/-> " + to + " " + what);
    }
  }

  void see(Observation seen) {
    violations.addAll(live.see(seen));
  }

  void wrong(Violation violation) {
    violations.add(violation);
  }

  boolean isWrong() {
    return !violations.isEmpty();
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }

  List<String> lines() {
    return last.stream()
        .map(
            line -> "%7.3f %s".formatted(millis(line) / 1e3, line.substring(line.indexOf(' ') + 1)))
        .toList();
  }

  private static long millis(String line) {
    return Long.parseLong(line.substring(0, line.indexOf(' ')));
  }

  long hash() {
    return hash;
  }
}
