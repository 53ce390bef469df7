package io.remuda.gateway.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Burials of one look, each under the number that its queue knows the letter by. */
final class Burials {

  private final Function<DeadTask, CompletionStage<?>> burial;
  private final Map<Long, CompletableFuture<?>> begun = new LinkedHashMap<>();

  Burials(Function<DeadTask, CompletionStage<?>> burial) {
    this.burial = burial;
  }

  void begin(long letter, DeadTask dead) {
    CompletionStage<?> stage;
    try {
      stage = burial.apply(dead);
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedStage(e);
    }
    begun.put(letter, stage.toCompletableFuture());
  }

  /** A letter that says nothing of a task needs none. */
  void skip(long letter) {
    begun.put(letter, CompletableFuture.completedFuture(null));
  }

  int size() {
    return begun.size();
  }

  /** Ends when all have, well or not. */
  CompletableFuture<Void> ended() {
    return CompletableFuture.allOf(begun.values().toArray(new CompletableFuture<?>[0]))
        .exceptionally(failure -> null);
  }

  /** Those that have ended well. */
  List<Long> done() {
    return begun.entrySet().stream()
        .filter(entry -> entry.getValue().isDone())
        .filter(entry -> !entry.getValue().isCompletedExceptionally())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Why one of them has failed. */
  Optional<Throwable> failure() {
    return begun.values().stream()
        .filter(CompletableFuture::isCompletedExceptionally)
        .findFirst()
        .map(failed -> failed.handle((done, failure) -> failure).join());
  }
}
