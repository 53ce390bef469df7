package io.remuda.gateway.tasks;

import io.remuda.gateway.task.PendingHooks;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The stores of tasks as they are now.
 *
 * @param reason why one of them is missing, and what to do
 */
public record Backends(
    Optional<TaskQueue> queue,
    Optional<ResultStore> results,
    Optional<PendingHooks> hooks,
    Optional<Shelf> shelf,
    String reason) {

  /** Nothing is configured. */
  public static Backends none(String reason) {
    return new Backends(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), reason);
  }

  CompletionStage<TaskQueue> requireQueue() {
    return queue.map(CompletableFuture::completedStage).orElseGet(this::away);
  }

  CompletionStage<ResultStore> requireResults() {
    return results.map(CompletableFuture::completedStage).orElseGet(this::away);
  }

  <T> CompletionStage<T> away() {
    return CompletableFuture.failedStage(new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, reason));
  }
}
