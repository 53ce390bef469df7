package io.remuda.gateway.tasks;

import io.remuda.gateway.task.ResultStore;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskState;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** Bounds one look, and what is remembered between two. */
  private static final int MOST_BATCHES_PASSED_OVER = 50;

  private final Supplier<Backends> backends;
  private final int batch;
  private final InstantSource clock;

  /** It is looked past what could not be ended for so many looks; then it is tried again. */
  static final int LOOKS_PASSED_OVER = 10;

  /**
   * What could not be ended, with the look that tries it again; all of it is tried when there is
   * nothing overdue behind it.
   */
  private final Map<TaskId, Integer> passedOver = new ConcurrentHashMap<>();

  private final AtomicInteger looks = new AtomicInteger();

  TaskSweeper(Supplier<Backends> backends, int batch, InstantSource clock) {
    this.backends = backends;
    this.batch = batch;
    this.clock = clock;
  }

  /** Ends some of what is past its deadline; completes with whether there is probably more. */
  CompletionStage<Boolean> expire() {
    // What could not be ended stays in front, and is looked past to what lies behind it.
    int reach = batch + passedOver.size();
    return backends
        .get()
        .results()
        .map(
            results ->
                results
                    .overdue(clock.instant(), reach)
                    .thenCompose(ids -> expire(results, ids, reach)))
        .orElseGet(() -> CompletableFuture.completedStage(false));
  }

  /** One that cannot be ended now is no reason to leave out the others, or those behind it. */
  private CompletionStage<Boolean> expire(ResultStore results, List<TaskId> ids, int reach) {
    int look = looks.incrementAndGet();
    boolean full = ids.size() >= reach;
    List<TaskId> tried =
        full ? ids.stream().filter(id -> passedOver.getOrDefault(id, look) <= look).toList() : ids;
    Map<TaskId, CompletableFuture<Boolean>> ends = new LinkedHashMap<>();
    for (TaskId id : tried) {
      ends.put(
          id,
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
    return CompletableFuture.allOf(ends.values().toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> {
              List<TaskId> failed =
                  ends.entrySet().stream()
                      .filter(end -> !end.getValue().join())
                      .map(Map.Entry::getKey)
                      .toList();
              if (!tried.isEmpty()) {
                LOG.info(
                    "event=tasks-expired count={} failed={}",
                    tried.size() - failed.size(),
                    failed.size());
              }
              if (!full || passedOver.size() > MOST_BATCHES_PASSED_OVER * batch) {
                // All that is overdue was tried; the next look begins anew.
                passedOver.clear();
              } else {
                tried.forEach(passedOver::remove);
                failed.forEach(id -> passedOver.put(id, look + LOOKS_PASSED_OVER));
              }
              return full && failed.size() < tried.size();
            });
  }

  /** Fails what its queue gave up, which has perhaps no end in the store yet; as above. */
  CompletionStage<Boolean> bury() {
    Backends now = backends.get();
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
