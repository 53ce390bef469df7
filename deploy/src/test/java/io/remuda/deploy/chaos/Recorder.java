package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what everybody sees, by one clock. */
final class Recorder {

  private static final int LONGEST_QUOTE = 400;

  private final long began = System.nanoTime();
  private final AtomicLong numbers = new AtomicLong();
  private final List<Observation> seen = new ArrayList<>();
  private final Map<String, String> words = new ConcurrentHashMap<>();
  private Optional<Duration> leaseSeen = Optional.empty();

  /** The time since this recorder was made. */
  Duration now() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** A number that nobody else gets. */
  long number() {
    return numbers.incrementAndGet();
  }

  /**
   * Adds what has happened.
   *
   * @throws IllegalArgumentException of something that lies ahead: the last that is there tells how
   *     far a history goes, and clients without an answer by then are said to have waited for one
   */
  synchronized void add(Observation observation) {
    if (observation.at().compareTo(now()) > 0) {
      throw new IllegalArgumentException("not yet seen at " + now() + ": " + observation);
    }
    seen.add(observation);
    if (observation instanceof LeaseHeld
        || observation instanceof LeaseCalled called && called.answered()) {
      leaseSeen = Optional.of(observation.at());
    }
  }

  /** When a holder last had a lease, or was answered under it. */
  synchronized Optional<Duration> leaseSeen() {
    return leaseSeen;
  }

  /** Keeps what a request was answered that was no answer. */
  void quote(String request, String answer) {
    words.put(request, answer.substring(0, Math.min(answer.length(), LONGEST_QUOTE)).strip());
  }

  Optional<String> quoted(String request) {
    return Optional.ofNullable(words.get(request));
  }

  /**
   * Takes back what was accepted after {@code then}: what it was written to is not there any more.
   * Of what nobody answered it is still unknown whether it came to pass before.
   */
  synchronized void takeBackAccepted(Duration then) {
    seen.removeIf(each -> each.at().compareTo(then) > 0 && isAccepted(each));
  }

  private static boolean isAccepted(Observation seen) {
    return seen instanceof SchemaAccepted
        || (seen instanceof DeploymentChanged changed && changed.change() != Change.UNSURE);
  }

  /** What was added since the last call. */
  synchronized List<Observation> take() {
    List<Observation> taken = List.copyOf(seen);
    seen.clear();
    return taken;
  }

  /** What was added since the last {@link #take}, of one kind. */
  synchronized <O extends Observation> List<O> since(Class<O> kind) {
    return seen.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
