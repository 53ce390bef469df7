package io.remuda.node.instance;

import akka.actor.typed.javadsl.ActorContext;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an instance has done elsewhere; the outcome comes back to it as a message. */
record Work(ActorContext<ModelInstance.Command> context, Executor blocking) {

  /** Runs {@code work}, which may block, off the actor's thread. */
  <T> void off(
      Callable<T> work,
      Function<T, ModelInstance.Command> done,
      Function<Throwable, ModelInstance.Command> failed) {
    CompletableFuture<T> result = new CompletableFuture<>();
    blocking.execute(
        () -> {
          try {
            result.complete(work.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    then(result, (value, why) -> why == null ? done.apply(value) : failed.apply(why));
  }

  /** Tells the instance, from any thread. */
  void tell(ModelInstance.Command news) {
    context.getSelf().tell(news);
  }

  /** Tells the instance when {@code stage} has come to an outcome. */
  <T> void then(
      CompletionStage<T> stage, BiFunction<T, @Nullable Throwable, ModelInstance.Command> told) {
    context.pipeToSelf(stage, told::apply);
  }
}
