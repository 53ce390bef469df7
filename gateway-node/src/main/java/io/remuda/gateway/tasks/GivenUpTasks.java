package io.remuda.gateway.tasks;

import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The tasks that their queues gave up, of every tenant: for operators, who may have one run again
 * or forget it. Fails as {@link TaskDesk} does.
 */
public final class GivenUpTasks {

  private final Supplier<Backends> backends;
  private final InstantSource clock;

  GivenUpTasks(Supplier<Backends> backends, InstantSource clock) {
    this.backends = backends;
    this.clock = clock;
  }

  /** The oldest first. */
  public CompletionStage<List<DeadTask>> list(int limit) {
    return queue().thenCompose(queue -> queue.dead(limit));
  }

  /** Runs a task again that was given up; fails when there is none, or when it may not run. */
  public CompletionStage<Void> retry(TaskId id) {
    return queue()
        .thenCompose(queue -> queue.retryDead(id, this::revived))
        .thenAccept(found -> requireDead(id, found));
  }

  /** Its end may not be written down yet, and must not be when it runs again. */
  private CompletionStage<TaskEnvelope> revived(TaskEnvelope dead) {
    TaskId id = new TaskId(dead.getTaskId());
    return buried(dead, "its queue gave it up")
        .thenCompose(state -> results())
        .thenCompose(store -> store.revive(id, clock.instant()))
        .thenApply(
            revivals ->
                dead.toBuilder()
                    .setRevivals(
                        revivals.orElseThrow(
                            () ->
                                new TaskRefusal(
                                    ErrorCode.ENDED,
                                    "task "
                                        + id
                                        + " cannot run again: its deadline has passed, or it ended"
                                        + " in another way; submit it anew, and drop this one")))
                    .build());
  }

  /** Forgets a task that was given up; its record, FAILED by now, stays for its time to live. */
  public CompletionStage<Void> drop(TaskId id) {
    return queue()
        .thenCompose(
            queue ->
                queue.dropDead(
                    id, dead -> buried(dead, "its queue gave it up, and an operator dropped it")))
        .thenAccept(found -> requireDead(id, found));
  }

  /** The state that holds; an end that was written down before stays. */
  private CompletionStage<TaskState> buried(TaskEnvelope dead, String reason) {
    return results()
        .thenCompose(
            store ->
                store.bury(
                    new TaskId(dead.getTaskId()), dead.getRevivals(), reason, clock.instant()));
  }

  private CompletionStage<TaskQueue> queue() {
    return backends.get().requireQueue();
  }

  private CompletionStage<ResultStore> results() {
    return backends.get().requireResults();
  }

  private static void requireDead(TaskId id, boolean found) {
    if (!found) {
      throw new TaskRefusal(
          ErrorCode.NOT_FOUND,
          "no task " + id + " was given up; 'GET /v1/tasks/dead' lists those that were");
    }
  }
}
