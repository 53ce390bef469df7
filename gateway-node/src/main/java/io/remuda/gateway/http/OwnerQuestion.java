package io.remuda.gateway.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A question to the owner of a name, who may go with its registry node before it has answered:
 * whoever owns the name then has not heard of it.
 */
class OwnerQuestion {

  /** A registry node has gone that may have had the question, and there is no answer since. */
  static final class OwnerGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OwnerGone() {
      super("a registry node has gone that may have had the question", null, false, false);
    }
  }

  private final Duration limit;
  private final Duration look;
  private final Executor executor;

  /**
   * @param limit within which there is an answer, or a failure
   * @param look how often it is looked at who has gone
   */
  OwnerQuestion(Duration limit, Duration look, Executor executor) {
    this.limit = limit;
    this.look = look;
    this.executor = executor;
  }

  /**
   * Puts a question once more when a registry node has gone since it was put. The first answer that
   * comes is the answer; it fails as the first question does.
   *
   * <p>The first one may have been heard after all, and the second one may be heard after what
   * others wanted since. So only that is asked here which then does no harm: what changes nothing,
   * and what is decided once for an id, as that an API key is made or revoked. Not so a deployment
   * or a machine: 5 replicas, wanted again after somebody has set 0, would start them all, and what
   * is removed for the second time is not found. That is asked {@link #once}.
   *
   * @param registries the registry nodes that are members now
   * @param question puts it, for an answer within so long
   */
  <R> CompletionStage<R> again(
      Supplier<? extends Set<?>> registries, Function<Duration, CompletionStage<R>> question) {
    long began = System.nanoTime();
    return put(
        registries,
        question,
        answer -> {
          Duration left = limit.minusNanos(System.nanoTime() - began);
          if (!left.isNegative() && !left.isZero()) {
            var second = question.apply(left).thenAccept(answer::complete);
          }
        });
  }

  /**
   * Puts a question that may do harm when it is heard twice. When a registry node has gone since,
   * and no answer comes within another look, it fails with {@link OwnerGone}: the client knows what
   * it wants by now, and need not wait for an answer that will hardly come.
   *
   * @param registries the registry nodes that are members now
   * @param question puts it, for an answer within so long
   */
  <R> CompletionStage<R> once(
      Supplier<? extends Set<?>> registries, Function<Duration, CompletionStage<R>> question) {
    return put(
        registries, question, answer -> later(() -> answer.completeExceptionally(new OwnerGone())));
  }

  private <R> CompletionStage<R> put(
      Supplier<? extends Set<?>> registries,
      Function<Duration, CompletionStage<R>> question,
      Consumer<CompletableFuture<R>> gone) {
    Set<?> then = registries.get();
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
    lookLater(answer, () -> !registries.get().containsAll(then), () -> gone.accept(answer));
    return answer;
  }

  private void lookLater(CompletableFuture<?> answer, Supplier<Boolean> hasGone, Runnable gone) {
    later(
        () -> {
          if (answer.isDone()) {
            return;
          }
          if (hasGone.get()) {
            gone.run();
          } else {
            lookLater(answer, hasGone, gone);
          }
        });
  }

  private void later(Runnable then) {
    CompletableFuture.delayedExecutor(look.toMillis(), TimeUnit.MILLISECONDS, executor)
        .execute(then);
  }
}
