package io.remuda.deploy.actors;

import io.remuda.deploy.check.Live;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Violation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** What happened in a play, a line an event, and what of it must not be: judged at once. */
final class Tale {

  private static final int SHOWN = 80;
  private static final long PRIME = 1_099_511_628_211L;

  private final Supplier<Duration> now;
  private final Live live = new Live();
  private final Deque<String> last = new ArrayDeque<>();
  private final List<String> wrong = new ArrayList<>();
  private long hash = 0xcbf29ce484222325L;

  Tale(Supplier<Duration> now) {
    this.now = now;
  }

  /** Something that people want to read of. */
  void tell(String who, String what) {
    count(who + what);
    last.add("%8.3f %s %s".formatted(now.get().toMillis() / 1e3, who, what));
    if (last.size() > SHOWN) {
      last.remove();
    }
  }

  /** Something that happens all the time; two plays differ when it does. */
  void count(String what) {
    hash = (hash ^ what.hashCode() ^ (now.get().toMillis() << 32)) * PRIME;
  }

  void see(Observation seen) {
    tell("seen:", seen.getClass().getSimpleName() + " " + brief(seen));
    live.see(seen).stream().map(Violation::text).forEach(this::wrong);
  }

  private static String brief(Observation seen) {
    if (seen instanceof Observation.InstanceStarted started) {
      return "%s on %s, epoch %d%s"
          .formatted(
              started.instance(),
              started.machine(),
              started.epoch(),
              started.adopted() ? ", adopted" : "");
    } else if (seen instanceof Observation.InstanceStopped stopped) {
      return stopped.instance() + " on " + stopped.machine();
    } else if (seen instanceof Observation.Obeyed obeyed) {
      return "%s by %s, epoch %d".formatted(obeyed.instance(), obeyed.machine(), obeyed.epoch());
    } else if (seen instanceof Observation.Assigned assigned) {
      return assigned.instance() + " to " + assigned.machine();
    } else if (seen instanceof Observation.Committed committed) {
      return committed.persistenceId() + " " + committed.sequence();
    } else if (seen instanceof Observation.DeploymentChanged changed) {
      return "%s %s, version %d".formatted(changed.model(), changed.change(), changed.version());
    }
    return "";
  }

  void wrong(String sentence) {
    tell("WRONG:", sentence);
    wrong.add(sentence);
  }

  boolean isWell() {
    return wrong.isEmpty();
  }

  long hash() {
    return hash;
  }

  /** For people: the last events, what is wrong, and the seed that repeats it. */
  String text(long seed) {
    List<String> lines = new ArrayList<>(last);
    lines.addAll(wrong);
    lines.add("seed %d; -Dactors.seed=%d repeats it alone".formatted(seed, seed));
    return String.join("\n", lines);
  }
}
