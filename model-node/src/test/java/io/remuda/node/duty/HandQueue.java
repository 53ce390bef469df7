package io.remuda.node.duty;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Consumption;
import io.remuda.node.task.Delivery;
import io.remuda.node.task.TaskSource;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A queue whose tasks a test hands over one by one, to its only worker. */
final class HandQueue implements TaskSource {

  private Function<Delivery, CompletionStage<Verdict>> work =
      delivery -> CompletableFuture.failedStage(new IllegalStateException("nobody consumes"));

  /** Hands over a task of this id. */
  CompletableFuture<Verdict> give(String id) {
    return give(id, false);
  }

  /**
   * @param again whether it was handed over before
   */
  CompletableFuture<Verdict> give(String id, boolean again) {
    return give(id, ByteString.copyFromUtf8(id), again);
  }

  CompletableFuture<Verdict> give(String id, ByteString payload, boolean again) {
    TaskEnvelope task = TaskEnvelope.newBuilder().setTaskId(id).setPayload(payload).build();
    return work.apply(new Delivery(task, again)).toCompletableFuture();
  }

  @Override
  public Consumption consume(
      ModelName model,
      String fingerprint,
      int window,
      Function<Delivery, CompletionStage<Verdict>> taker) {
    work = taker;
    return new Consumption() {
      @Override
      public Optional<String> health() {
        return Optional.empty();
      }

      @Override
      public int inFlight() {
        return 0;
      }

      @Override
      public CompletionStage<Void> drain() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
