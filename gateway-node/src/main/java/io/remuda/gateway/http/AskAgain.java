package io.remuda.gateway.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Puts a question once more when a registry node has gone since it was put: that node may have had
 * it, and whoever owns the name now has not heard of it. The first answer that comes is the answer.
 *
 * <p>The first one may have been heard after all, and the second one may be heard after what others
 * wanted since. So only that is asked here which then does no harm: what changes nothing, and what
 * is decided once for an id, as that an API key is made or revoked. Not so a deployment or a
 * machine: 5 replicas, wanted again after somebody has set 0, would start them all, and what is
 * removed for the second time is not found. Of those the client is told that it may ask again, and
 * it knows what it wants by then.
 */
final class AskAgain {

  private final Duration limit;
  private final Duration look;
  private final Executor executor;

  /**
   * @param limit within which there is an answer, or a failure
   * @param look how often it is looked at who has gone
   */
  AskAgain(Duration limit, Duration look, Executor executor) {
    this.limit = limit;
    this.look = look;
    this.executor = executor;
  }

  /**
   * Completes with the first answer, or as the first question fails.
   *
   * @param registries the registry nodes that are members now
   * @param question puts it, for an answer within so long
   */
  <R> CompletionStage<R> ask(
      Supplier<? extends Set<?>> registries, Function<Duration, CompletionStage<R>> question) {
    Set<?> then = registries.get();
    long began = System.nanoTime();
    CompletableFuture<R> answer = new CompletableFuture<>();
    var unused =
        question
            .apply(limit)
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    answer.complete(reply);
                  } else {
                    answer.completeExceptionally(failure);
                  }
                });
    lookLater(
        answer,
        () -> {
          Duration left = limit.minusNanos(System.nanoTime() - began);
          if (registries.get().containsAll(then)) {
            return false;
          }
          if (!left.isNegative() && !left.isZero()) {
            var second = question.apply(left).thenAccept(answer::complete);
          }
          return true;
        });
    return answer;
  }

  private void lookLater(CompletableFuture<?> answer, Supplier<Boolean> done) {
    CompletableFuture.delayedExecutor(look.toMillis(), TimeUnit.MILLISECONDS, executor)
        .execute(
            () -> {
              if (!answer.isDone() && !done.get()) {
                lookLater(answer, done);
              }
            });
  }
}
