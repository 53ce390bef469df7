package io.remuda.gateway.tasks;

import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A broker that can tell how deep its queues are, and fails at everything else. */
final class ScriptedQueue implements TaskQueue {

  final Map<String, Long> depths = new HashMap<>();
  final List<String> asked = new ArrayList<>();

  /** How many tasks it gave up. */
  long dead;

  /** Whether it cannot tell even that. */
  boolean away;

  @Override
  public CompletionStage<OptionalLong> depth(ModelName model, String fingerprint) {
    asked.add(TaskNames.queue(model, fingerprint));
    if (away) {
      return away();
    }
    Long depth = depths.get(TaskNames.queue(model, fingerprint));
    return CompletableFuture.completedStage(
        depth == null ? OptionalLong.empty() : OptionalLong.of(depth));
  }

  @Override
  public CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
    return away();
  }

  @Override
  public CompletionStage<Long> deadCount() {
    return away ? away() : CompletableFuture.completedStage(dead);
  }

  @Override
  public CompletionStage<List<DeadTask>> dead(int limit) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> retryDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> dropDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial) {
    return away();
  }

  @Override
  public Optional<String> health() {
    return Optional.of("it is away");
  }

  @Override
  public void close() {}

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedStage(
        new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, "the broker is away"));
  }
}
