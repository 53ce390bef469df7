package io.remuda.gateway.tasks;

import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Holds clients until their task has come further, by looking into the store, at first often, then
 * less. Holds no thread. Only so many wait at one time; one more is told to come back.
 */
public final class TaskWaiting {

  /** Calls back after a while. */
  public interface Pause {
    CompletionStage<?> of(Duration length);
  }

  private static final int SHARE_OF_WAIT = 4;

  private final TaskDesk desk;
  private final Pause pause;
  private final AtomicInteger waiting = new AtomicInteger();

  public TaskWaiting(TaskDesk desk, Pause pause) {
    this.desk = desk;
    this.pause = pause;
  }

  /**
   * The record as soon as {@code enough} holds for it, or as it is when the time is up. Fails as
   * {@link TaskDesk#read} does, and with BUSY when too many wait.
   */
  public CompletionStage<TaskRecord> until(
      String tenant, TaskId id, Duration limit, Predicate<TaskRecord> enough) {
    if (waiting.incrementAndGet() > desk.settings().waiting()) {
      waiting.decrementAndGet();
      return CompletableFuture.failedStage(
          new TaskRefusal(
              ErrorCode.BUSY,
              "too many clients wait for tasks at this gateway; ask without waiting, or again"
                  + " shortly"));
    }
    return look(tenant, id, System.nanoTime(), limit, enough)
        .whenComplete((record, failure) -> waiting.decrementAndGet());
  }

  /**
   * @param begun in nanoseconds: what the store takes to answer counts as well as the pauses
   */
  private CompletionStage<TaskRecord> look(
      String tenant, TaskId id, long begun, Duration limit, Predicate<TaskRecord> enough) {
    return desk.read(tenant, id)
        .thenCompose(
            record -> {
              Duration waited = Duration.ofNanos(System.nanoTime() - begun);
              if (enough.test(record) || waited.compareTo(limit) >= 0) {
                return CompletableFuture.completedStage(record);
              }
              Duration nap =
                  shorter(
                      untilNextLook(
                          waited, desk.settings().firstLook(), desk.settings().longestLook()),
                      limit.minus(waited));
              return pause.of(nap).thenCompose(done -> look(tenant, id, begun, limit, enough));
            });
  }

  /** A share of the time waited: nobody learns of an end later than by that share of its wait. */
  static Duration untilNextLook(Duration waited, Duration least, Duration longest) {
    Duration share = waited.dividedBy(SHARE_OF_WAIT);
    return share.compareTo(least) < 0 ? least : shorter(share, longest);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
