package io.remuda.registry;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Threads that may block, for calls of the journal's database. */
final class Aside {

  private final Executor blocking;

  Aside(ActorSystem<?> system) {
    this.blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
  }

  <T> CompletionStage<T> call(Callable<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        blocking);
  }
}
