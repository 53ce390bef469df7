package io.remuda.deploy.task;

import io.remuda.gateway.task.ResultStore;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A result store where a task's worker has its answer just before somebody else ends the task. */
record EndsMeanwhile(ResultStore store, Function<TaskRecord, CompletionStage<?>> worker)
    implements ResultStore {

  @Override
  public CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    return store
        .read(id)
        .thenCompose(found -> worker.apply(found.orElseThrow()))
        .thenCompose(done -> store.end(id, terminal, code, message, now));
  }

  @Override
  public CompletionStage<Submission> submitting(TaskEnvelope task) {
    return store.submitting(task);
  }

  @Override
  public CompletionStage<Optional<Submission>> first(TaskEnvelope task) {
    return store.first(task);
  }

  @Override
  public CompletionStage<TaskState> queued(TaskId id) {
    return store.queued(id);
  }

  @Override
  public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return store.read(id);
  }

  @Override
  public CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
    return store.outlines(ids);
  }

  @Override
  public CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now) {
    return store.bury(id, revivals, reason, now);
  }

  @Override
  public CompletionStage<OptionalInt> revive(TaskId id, Instant now) {
    return store.revive(id, now);
  }

  @Override
  public CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    return store.list(tenant, limit, before);
  }

  @Override
  public CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return store.overdue(now, limit);
  }

  @Override
  public Optional<String> health() {
    return store.health();
  }

  /** The other one is closed by whoever opened it. */
  @Override
  public void close() {}
}
