package io.remuda.node.task;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Runs what it is given one after the other, in their order. */
final class OneAtATime {

  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  <T> CompletionStage<T> run(Supplier<CompletionStage<T>> work) {
    CompletableFuture<T> mine = new CompletableFuture<>();
    CompletableFuture<?> before;
    synchronized (this) {
      before = last;
      last = mine;
    }
    before.whenComplete(
        (done, failed) ->
            started(work)
                .whenComplete(
                    (result, failure) -> {
                      if (failure == null) {
                        mine.complete(result);
                      } else {
                        mine.completeExceptionally(failure);
                      }
                    }));
    return mine;
  }

  /** Whoever throws instead of beginning must not keep the others waiting for ever. */
  private static <T> CompletionStage<T> started(Supplier<CompletionStage<T>> work) {
    try {
      return work.get();
    } catch (RuntimeException broken) {
      return CompletableFuture.failedStage(broken);
    }
  }
}
