package io.remuda.gateway.tasks;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers whose time goes on only when the test says so, and the clock that belongs to them. */
final class VirtualTimers extends ScheduledThreadPoolExecutor implements InstantSource {

  private record Due(long atMillis, long order, Runnable work) {}

  private final Queue<Due> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis).thenComparingLong(Due::order));
  private long millis;
  private long order;

  VirtualTimers() {
    super(1);
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusMillis(millis);
  }

  /** Runs in the thread of {@link #pass}; what is cancelled runs too, and has to stand that. */
  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    waiting.add(new Due(millis + unit.toMillis(delay), order++, work));
    return super.schedule(() -> {}, 0, unit);
  }

  /** Completes with {@code value} so much later. */
  <T> CompletionStage<T> later(Duration delay, T value) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable work = () -> answer.complete(value);
    schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    return answer;
  }

  /** Lets so much time pass, with all that becomes due meanwhile. */
  void pass(Duration time) {
    long until = millis + time.toMillis();
    for (Due next = waiting.peek();
        next != null && next.atMillis() <= until;
        next = waiting.peek()) {
      waiting.remove();
      millis = next.atMillis();
      next.work().run();
    }
    millis = until;
  }
}
