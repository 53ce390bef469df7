package io.remuda.gateway.tasks;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Puts tasks into their queues and notes that they are there. Knows of the latest tasks which its
 * queue may have though nothing says so.
 */
final class TaskPublisher {

  private final Supplier<Backends> backends;
  private final InstantSource clock;
  private final UnsureTasks unsure;

  /**
   * @param most tasks of which it is remembered that their queue may have them
   */
  TaskPublisher(Supplier<Backends> backends, InstantSource clock, int most) {
    this.backends = backends;
    this.clock = clock;
    this.unsure = new UnsureTasks(most);
  }

  /** What a task took of its owner's limits it keeps unless {@code stage} fails. */
  static <T> CompletionStage<T> keeping(Metering.Ticket ticket, CompletionStage<T> stage) {
    return stage.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            ticket.giveBack();
          }
        });
  }

  /** Its queue may have the task, by a try that nobody has noted. */
  boolean isUnsureOf(String task) {
    return unsure.has(task);
  }

  /**
   * Ends only when the queue has the task for good; the state is the record's afterwards. The
   * ticket is given back where there is no queue or it refuses the task, and for nothing else: when
   * the queue does not say in time whether it has the task, or when something fails behind it, the
   * task may run.
   */
  CompletionStage<TaskState> publish(
      ResultStore store, TaskEnvelope task, Optional<URI> webhook, Metering.Ticket ticket) {
    return keeping(ticket, backends.get().requireQueue())
        .thenCompose(queue -> published(queue, task))
        .thenCompose(
            refused -> {
              if (refused.isPresent()) {
                ticket.giveBack();
                return CompletableFuture.failedStage(
                    new TaskRefusal(refused.get().code(), refused.get().message()));
              }
              return remember(task, webhook);
            })
        .thenCompose(
            done ->
                // The queue has it: a store that goes away now takes nothing back.
                store
                    .queued(new TaskId(task.getTaskId()))
                    .thenApply(
                        state -> {
                          unsure.remove(task.getTaskId());
                          return state;
                        })
                    .exceptionally(f -> TaskState.QUEUED));
  }

  /** Writes down whom to tell of the task's end, if anybody. */
  CompletionStage<Void> remember(TaskEnvelope task, Optional<URI> webhook) {
    if (webhook.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    Backends now = backends.get();
    return now.hooks()
        .map(
            hooks ->
                hooks.remember(
                    new TaskId(task.getTaskId()), task.getTenant(), webhook.get(), clock.instant()))
        .orElseGet(now::away);
  }

  /**
   * Until it is noted that the queue has it, a second try may find it not noted. That a queue
   * refuses a task now says nothing of a try before, so it stays unsure then.
   */
  private CompletionStage<Optional<Refused>> published(TaskQueue queue, TaskEnvelope task) {
    return queue
        .publish(task)
        .whenComplete(
            (refused, failure) -> {
              if (failure != null || refused.isEmpty()) {
                unsure.add(task.getTaskId());
              }
            });
  }
}
