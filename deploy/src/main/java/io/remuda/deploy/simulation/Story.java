package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Live;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Violation;
import io.remuda.registry.journal.JournalEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What happened, one line an event: the last lines for people, all of them as a number that two
 * runs of one seed share. What is observed is judged at once.
 */
final class Story {

  private static final int SHOWN = 60;
  private static final Set<String> CHATTER = Set.of("report", "Ping", "pong", "routes", "gossip");
  private static final long PRIME = 1_099_511_628_211L;

  /** Most lines are never read, so they are made up only when they are. */
  private record Line(long millis, String node, Supplier<String> what) {
    String text() {
      return "%7.3f %s %s".formatted(millis / 1e3, node, what.get());
    }
  }

  private final Timeline timeline;
  private final Live live = new Live();
  private final Deque<Line> last = new ArrayDeque<>();
  private final List<Violation> violations = new ArrayList<>();
  private long hash = 0xcbf29ce484222325L;

  Story(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Something happened at {@code node}. */
  void tell(String node, String what) {
    tell(node, what.hashCode(), () -> what);
  }

  /** Something was written, as what number. */
  void written(JournalEvent event, long sequence) {
    // By what it says: the hash of a record with an enum in it is another one in each process.
    int what =
        Objects.hash(
            event.getClass().getSimpleName(), event.subject(), event.text(), event.details());
    tell("journal", what ^ sequence << 32, event::text);
  }

  private void tell(String node, long what, Supplier<String> text) {
    long millis = timeline.millis();
    hash = (hash ^ millis ^ what ^ ((long) node.hashCode() << 32)) * PRIME;
    last.add(new Line(millis, node, text));
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
    return last.stream().map(Line::text).toList();
  }

  long hash() {
    return hash;
  }
}
