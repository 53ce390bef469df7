package io.remuda.deploy.actors;

import akka.actor.Cancellable;
import akka.event.LoggingAdapter;
import akka.testkit.ExplicitlyTriggeredScheduler;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The clock of a test, moved by {@code ManualTime}: all that is due is run by the thread that moves
 * it, in the order of its times and, at one time, in the order in which it was asked for. All that
 * actors do about it is done before the next. The one that it takes the place of leaves the order
 * to chance and waits a moment at each move.
 */
public final class VirtualScheduler extends ExplicitlyTriggeredScheduler {

  private record Due(long atMillis, long order) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Turns turns = new Turns();
  private final TreeMap<Due, Runnable> tasks = new TreeMap<>();
  private long nowMillis;
  private long orders;

  /** As Akka makes it, by its name in the configuration. */
  public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    super(config, log, threads);
  }

  @Override
  @SuppressWarnings("deprecation")
  public Cancellable schedule(
      FiniteDuration delay, FiniteDuration interval, Runnable task, ExecutionContext any) {
    Ticket ticket = new Ticket();
    Runnable again =
        new Runnable() {
          @Override
          public void run() {
            ticket.due = put(interval.toMillis(), this);
            task.run();
          }
        };
    ticket.due = put(delay.toMillis(), again);
    return ticket;
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext any) {
    Ticket ticket = new Ticket();
    ticket.due = put(delay.toMillis(), task);
    return ticket;
  }

  /** Runs {@code task} after so long. */
  void after(Duration delay, Runnable task) {
    put(delay.toMillis(), task);
  }

  @Override
  public void timePasses(FiniteDuration amount) {
    long until = currentTimeMs() + amount.toMillis();
    turns.take();
    for (Optional<Runnable> task = next(until); task.isPresent(); task = next(until)) {
      task.get().run();
      turns.take();
    }
    arrive(until);
  }

  /** On which actors do what is due. */
  Turns turns() {
    return turns;
  }

  @Override
  public synchronized long currentTimeMs() {
    return nowMillis;
  }

  /** Nothing of what was asked for is due any more. */
  synchronized void forgetAll() {
    tasks.clear();
  }

  private synchronized Optional<Runnable> next(long until) {
    if (tasks.isEmpty() || tasks.firstKey().atMillis() > until) {
      return Optional.empty();
    }
    nowMillis = Math.max(nowMillis, tasks.firstKey().atMillis());
    return Optional.of(tasks.pollFirstEntry().getValue());
  }

  private synchronized void arrive(long atMillis) {
    nowMillis = atMillis;
  }

  private synchronized Due put(long delayMillis, Runnable task) {
    Due due = new Due(nowMillis + Math.max(0, delayMillis), orders++);
    tasks.put(due, task);
    return due;
  }

  private synchronized boolean take(Due due) {
    return tasks.remove(due) != null;
  }

  private final class Ticket implements Cancellable {
    private Due due = new Due(-1, -1);
    private boolean cancelled;

    @Override
    public boolean cancel() {
      boolean first = take(due) && !cancelled;
      cancelled |= first;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }
}
