package io.remuda.gateway.tasks;

import io.remuda.gateway.task.ResultStore;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskState;
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

  /** Ends some of what is past its deadline; completes with whether there is probably more. */
  CompletionStage<Boolean> expire() {
    return backends
        .get()
        .results()
        .map(
            results ->
                results.overdue(clock.instant(), batch).thenCompose(ids -> expire(results, ids)))
        .orElseGet(() -> CompletableFuture.completedStage(false));
  }

  /** One that cannot be ended now is no reason to leave out the others, or those behind it. */
  private CompletionStage<Boolean> expire(ResultStore results, List<TaskId> ids) {
    List<CompletableFuture<Boolean>> ends = new ArrayList<>();
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
              .handle((state, failure) -> failure == null)
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> {
              long ended = ends.stream().filter(CompletableFuture::join).count();
              if (!ids.isEmpty()) {
                LOG.info("event=tasks-expired count={} failed={}", ended, ids.size() - ended);
              }
              return ids.size() >= batch && ended > 0;
            });
  }

  /** Fails what its queue gave up, which has perhaps no end in the store yet; as above. */
  CompletionStage<Boolean> bury() {
    TaskDesk.Backends now = backends.get();
    if (now.results().isEmpty() || now.queue().isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    ResultStore results = now.results().get();
    return now.queue()
        .get()
        .bury(
            batch,
            dead ->
                TaskId.parse(dead.task().getTaskId())
                    .<CompletionStage<?>>map(
                        id ->
                            results.bury(
                                id, dead.task().getRevivals(), dead.reason(), clock.instant()))
                    .orElseGet(() -> CompletableFuture.completedStage(null)));
  }
}
