package io.remuda.gateway.tasks;

import io.remuda.gateway.task.ResultStore.Submission;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks the store for the first task under an idempotency key, for those of whose limits nothing is
 * left. To ask costs them nothing of their limits, so only so many ask at one time, and of one
 * owner fewer: who repeats what is refused gets no more of the store, and keeps nobody else from
 * it.
 */
final class FirstLookups {

  private final int most;
  private final int mostOfOwner;
  private final Map<String, Integer> owners = new HashMap<>();
  private int all;

  FirstLookups(int most, int mostOfOwner) {
    this.most = most;
    this.mostOfOwner = mostOfOwner;
  }

  /** What {@code store} says of the task; fails with OVERLOADED when too many ask. */
  CompletionStage<Optional<Submission>> first(
      TaskEnvelope task, Function<TaskEnvelope, CompletionStage<Optional<Submission>>> store) {
    if (!begin(task.getTenant())) {
      return CompletableFuture.failedStage(
          new TaskRefusal(
              ErrorCode.OVERLOADED,
              "its limits have no room for the task, and this gateway looks for as many earlier"
                  + " tries as remuda.gateway.tasks.lookups and lookups-of-owner allow; send the"
                  + " request again shortly"));
    }
    CompletionStage<Optional<Submission>> asked;
    try {
      asked = store.apply(task);
    } catch (RuntimeException e) {
      asked = CompletableFuture.failedStage(e);
    }
    return asked.whenComplete((first, failure) -> end(task.getTenant()));
  }

  private synchronized boolean begin(String owner) {
    int ofOwner = owners.getOrDefault(owner, 0);
    if (all >= most || ofOwner >= mostOfOwner) {
      return false;
    }
    all++;
    owners.put(owner, ofOwner + 1);
    return true;
  }

  private synchronized void end(String owner) {
    all--;
    int left = owners.getOrDefault(owner, 1) - 1;
    if (left > 0) {
      owners.put(owner, left);
    } else {
      owners.remove(owner);
    }
  }
}
