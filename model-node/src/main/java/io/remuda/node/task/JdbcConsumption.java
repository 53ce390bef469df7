package io.remuda.node.task;

import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's tasks from a table: takes as many as its window has room for, in one transaction,
 * and renews their leases until they have a verdict.
 */
final class JdbcConsumption implements Consumption {

  private static final Logger LOG = LoggerFactory.getLogger(JdbcConsumption.class);

  private final TaskDatabase database;
  private final String queue;
  private final TaskRows rows;
  private final int window;
  private final long leaseMillis;
  private final Function<Delivery, CompletionStage<Verdict>> work;
  private final Executor workers;
  private final Consumer<JdbcConsumption> onClose;
  private final Set<Long> held = ConcurrentHashMap.newKeySet();

  /** What has its verdict, and is being told so to the database: it may come again any moment. */
  private final Set<Long> settling = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean taking = new AtomicBoolean();
  private final AtomicBoolean renewing = new AtomicBoolean();
  private final List<Runnable> ends = new ArrayList<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean rung;
  private volatile boolean draining;
  private volatile boolean closed;

  JdbcConsumption(
      TaskDatabase database,
      boolean embedded,
      String queue,
      int window,
      Duration lease,
      Function<Delivery, CompletionStage<Verdict>> work,
      Executor workers,
      Consumer<JdbcConsumption> onClose) {
    this.database = database;
    this.queue = queue;
    this.window = window;
    this.leaseMillis = lease.toMillis();
    this.rows = new TaskRows(embedded, queue, UUID.randomUUID().toString(), leaseMillis);
    this.work = work;
    this.workers = workers;
    this.onClose = onClose;
  }

  synchronized void start(ScheduledExecutorService timer, Duration pollInterval, TaskBell bell) {
    ends.add(bell.listen(this::ring));
    long poll = pollInterval.toMillis();
    Future<?> polling = timer.scheduleWithFixedDelay(this::take, 0, poll, TimeUnit.MILLISECONDS);
    ends.add(() -> polling.cancel(false));
    long renew = Math.max(1, leaseMillis / 3);
    Future<?> renewing =
        timer.scheduleWithFixedDelay(this::renew, renew, renew, TimeUnit.MILLISECONDS);
    ends.add(() -> renewing.cancel(false));
  }

  @Override
  public Optional<String> health() {
    return database.health();
  }

  @Override
  public int inFlight() {
    return held.size() + settling.size();
  }

  @Override
  public CompletionStage<Void> drain() {
    draining = true;
    endWhenDrained();
    return drained;
  }

  @Override
  public synchronized void close() {
    closed = true;
    ends.forEach(Runnable::run);
    ends.clear();
    held.clear();
    settling.clear();
    drained.complete(null);
    onClose.accept(this);
  }

  private void ring() {
    rung = true;
    take();
  }

  /** Takes what there is room for, unless that is being done; then whoever does it looks again. */
  private void take() {
    int room = window - inFlight();
    if (draining
        || closed
        || room < Math.max(1, window / 8)
        || !taking.compareAndSet(false, true)) {
      return;
    }
    rung = false;
    database
        .alone(connection -> rows.take(connection, room))
        .whenCompleteAsync(
            (look, failure) -> {
              if (failure != null) {
                // The poll tries again; until then the database's health says why.
                LOG.debug("event=take-failed queue={}", queue, failure);
                taking.set(false);
                endWhenDrained();
                return;
              }
              // One of ours again: its lease ran out before it was renewed, and its run goes on.
              List<TaskRows.Taken> fresh =
                  look.taken().stream().filter(row -> held.add(row.seq())).toList();
              taking.set(false);
              fresh.forEach(this::hand);
              endWhenDrained();
              if (rung || look.missed() || look.taken().size() == room) {
                take();
              }
            },
            workers);
  }

  private void hand(TaskRows.Taken row) {
    CompletionStage<Verdict> verdict;
    try {
      verdict = work.apply(new Delivery(row.task(), row.again()));
    } catch (RuntimeException e) {
      verdict = CompletableFuture.failedStage(e);
    }
    verdict.whenComplete(
        (given, failure) -> {
          if (failure != null) {
            LOG.warn("task={} goes back to its queue: {}", row.task().getTaskId(), failure + "");
          }
          settle(row, failure == null ? given : Verdict.RETRY);
        });
  }

  private void settle(TaskRows.Taken row, Verdict verdict) {
    if (closed) {
      return;
    }
    settling.add(row.seq());
    held.remove(row.seq());
    database
        .write("q:" + row.seq(), connection -> rows.settle(connection, row.seq(), verdict))
        .whenComplete(
            (settled, failure) -> {
              settling.remove(row.seq());
              if (failure != null) {
                // Its lease ends, and the next worker finds that the task has ended.
                LOG.warn(
                    "task={} could not be acknowledged: {}",
                    row.task().getTaskId(),
                    failure.toString());
              }
              endWhenDrained();
              take();
            });
  }

  private void renew() {
    List<Long> seqs = held.stream().sorted().toList();
    if (closed || seqs.isEmpty() || !renewing.compareAndSet(false, true)) {
      return;
    }
    database
        .write("q:", connection -> rows.renew(connection, seqs))
        .whenComplete(
            (renewed, failure) -> {
              renewing.set(false);
              if (failure != null) {
                LOG.warn("event=lease-not-renewed queue={} tasks={}", queue, seqs.size());
              }
            });
  }

  private void endWhenDrained() {
    if (draining && inFlight() == 0 && !taking.get()) {
      drained.complete(null);
    }
  }
}
