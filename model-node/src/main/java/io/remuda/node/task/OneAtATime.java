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
            work.get()
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
}
