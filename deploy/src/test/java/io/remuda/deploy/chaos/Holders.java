package io.remuda.deploy.chaos;

import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Three clients of leases who share two instances: two that use theirs, and one that is stopped
 * with its lease and calls on when it is over.
 */
final class Holders implements AutoCloseable {

  private static final Duration END_LIMIT = Duration.ofSeconds(40);

  private final List<Holder> holders;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param doors the same fleet by its gateways
   */
  Holders(List<Door> doors, Recorder recorder) {
    holders =
        List.of(
            new Holder(Stage.LEASED, doors.get(0), recorder, false, Holder.STEADY),
            new Holder(Stage.LEASED, doors.get(1), recorder, false, Holder.STEADY),
            new Holder(Stage.LEASED, doors.get(0), recorder, true, Holder.STEADY));
  }

  void start() {
    for (Holder holder : holders) {
      Thread thread = new Thread(holder::run, "holder-" + threads.size());
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** When each of those that use their leases had had another one after {@code since}. */
  Optional<Duration> had(Duration since, Duration limit) {
    List<Holder> using = holders.subList(0, 2);
    try {
      Eventually.isTrue(
          "all have leases again",
          limit,
          () -> using.stream().allMatch(holder -> holder.lastHeld().compareTo(since) > 0));
    } catch (AssertionError late) {
      return Optional.empty();
    }
    return using.stream().map(Holder::lastHeld).max(Comparator.naturalOrder());
  }

  /** What came of it, in words. */
  String told() {
    return "%d leases had, %d calls under them answered, %d calls refused whose lease was over"
        .formatted(sum(Holder::had), sum(Holder::answered), refused());
  }

  /** Calls that were told that their lease is over, or not theirs any more. */
  int refused() {
    return sum(Holder::refused);
  }

  private int sum(ToIntFunction<Holder> of) {
    return holders.stream().mapToInt(of).sum();
  }

  @Override
  public void close() {
    holders.forEach(Holder::end);
    try {
      for (Thread thread : threads) {
        thread.join(END_LIMIT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
