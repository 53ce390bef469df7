package io.remuda.gateway.tasks;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that knows of tasks past their deadline, of which it can end all or all but some. */
final class OverdueTasks implements ResultStore {

  final Set<TaskId> open = new LinkedHashSet<>();
  final Set<TaskId> stuck = new LinkedHashSet<>();

  OverdueTasks(int count) {
    for (int i = 0; i < count; i++) {
      open.add(new TaskId("tk_" + i));
    }
  }

  @Override
  public synchronized CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return CompletableFuture.completedStage(open.stream().limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    if (stuck.contains(id)) {
      return CompletableFuture.failedStage(
          new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, "it cannot be ended now"));
    }
    open.remove(id);
    return CompletableFuture.completedStage(terminal);
  }

  @Override
  public CompletionStage<Submission> submitting(TaskEnvelope task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Optional<Submission>> first(TaskEnvelope task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<TaskState> queued(TaskId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<OptionalInt> revive(TaskId id, Instant now) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> health() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
