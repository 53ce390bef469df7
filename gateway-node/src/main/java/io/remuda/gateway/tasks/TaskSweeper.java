package io.remuda.gateway.tasks;

import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every task ends: what is past its deadline EXPIRED, what was given up FAILED.
 * Several gateways sweep at once and do no harm to one another, since the store lets only the first
 * end count.
 */
final class TaskSweeper {

  private static final Logger LOG = LoggerFactory.getLogger(TaskSweeper.class);

  private final Supplier<TaskDesk.Backends> backends;
  private final int batch;
  private final InstantSource clock;

  TaskSweeper(Supplier<TaskDesk.Backends> backends, int batch, InstantSource clock) {
    this.backends = backends;
    this.batch = batch;
    this.clock = clock;
  }

  /** One look; completes with whether there is probably more. */
  CompletionStage<Boolean> sweep() {
    TaskDesk.Backends now = backends.get();
    if (now.results().isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    ResultStore results = now.results().get();
    CompletionStage<Boolean> overdue =
        results.overdue(clock.instant(), batch).thenCompose(ids -> expire(results, ids));
    return overdue.thenCompose(
        more ->
            now.queue()
                .map(queue -> bury(results, queue).thenApply(again -> more || again))
                .orElseGet(() -> CompletableFuture.completedStage(more)));
  }

  private CompletionStage<Boolean> expire(ResultStore results, List<TaskId> ids) {
    List<CompletableFuture<TaskState>> ends = new ArrayList<>();
    for (TaskId id : ids) {
      ends.add(
          results
              .end(
                  id,
                  TaskState.EXPIRED,
                  "expired",
                  "no result was stored by its deadline; give it more time, or its model more"
                      + " instances",
                  clock.instant())
              .toCompletableFuture());
    }
    return all(ends)
        .thenApply(
            done -> {
              if (!ids.isEmpty()) {
                LOG.info("event=tasks-expired count={}", ids.size());
              }
              return ids.size() >= batch;
            });
  }

  /** What the queue gave up on by itself has no end in the store yet. */
  private CompletionStage<Boolean> bury(ResultStore results, TaskQueue queue) {
    return queue.bury(
        batch,
        dead ->
            TaskId.parse(dead.task().getTaskId())
                .<CompletionStage<?>>map(id -> fail(results, id, dead))
                .orElseGet(() -> CompletableFuture.completedStage(null)));
  }

  private CompletionStage<TaskState> fail(ResultStore results, TaskId id, DeadTask task) {
    return results.end(
        id, TaskState.FAILED, TaskNames.DEAD_LETTERED, task.reason(), clock.instant());
  }

  private static CompletionStage<Void> all(List<? extends CompletableFuture<?>> stages) {
    return CompletableFuture.allOf(stages.toArray(new CompletableFuture<?>[0]));
  }
}
