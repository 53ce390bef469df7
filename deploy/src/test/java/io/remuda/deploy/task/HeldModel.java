package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.node.task.TypedModel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/** Answers in capitals, and no more often than it may; whoever comes then waits until it may. */
final class HeldModel implements TypedModel {

  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private int left;

  HeldModel(int runs) {
    this.left = runs;
  }

  void allow(int more) {
    Deque<CompletableFuture<Void>> next = new ArrayDeque<>();
    synchronized (this) {
      left += more;
      while (left > 0 && !waiting.isEmpty()) {
        left--;
        next.add(waiting.remove());
      }
    }
    next.forEach(each -> each.complete(null));
  }

  @Override
  public CompletionStage<ByteString> run(ByteString input, IntConsumer progress) {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    synchronized (this) {
      waiting.add(turn);
    }
    allow(0);
    return turn.thenApply(come -> TaskContract.capitals(input));
  }
}
