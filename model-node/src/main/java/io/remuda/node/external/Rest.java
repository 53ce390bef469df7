package io.remuda.node.external;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether a worker that takes tasks by itself rests: for which lease it last said so, and who waits
 * for that. What it said of an earlier lease counts for no later one, for it may have worked in
 * between. Of any thread.
 */
final class Rest {
  private long said;
  private long wanted;
  private CompletableFuture<Void> waiting = new CompletableFuture<>();

  /** Completed when it rests for this lease or a later one. One waits at a time, the last. */
  synchronized CompletionStage<Void> when(long lease) {
    if (said >= lease) {
      return CompletableFuture.completedStage(null);
    }
    waiting.cancel(false);
    waiting = new CompletableFuture<>();
    wanted = lease;
    return waiting.minimalCompletionStage();
  }

  /** What it says now; empty: it does not rest. */
  void says(OptionalLong lease) {
    CompletableFuture<Void> told;
    synchronized (this) {
      said = lease.orElse(0);
      if (said < wanted) {
        return;
      }
      told = waiting;
    }
    told.complete(null);
  }
}
