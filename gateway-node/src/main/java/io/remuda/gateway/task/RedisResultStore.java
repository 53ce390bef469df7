package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskTimes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Task records in Redis, each change one script. A server that is flushed has forgotten finished
 * results and idempotency keys; unfinished tasks are made anew from the queue by who works on them.
 */
final class RedisResultStore implements ResultStore {

  private final RedisLink link;
  private final TaskTimes times;
  private final TaskScripts scripts = TaskScripts.load();

  RedisResultStore(RedisLink link, TaskSettings settings) {
    this.link = link;
    this.times = settings.times();
  }

  @Override
  public CompletionStage<Submission> submitting(TaskEnvelope task) {
    TaskId id = new TaskId(task.getTaskId());
    String key = task.getIdempotencyKey();
    String[] keys = {
      TaskNames.recordKey(id),
      TaskNames.tenantKey(task.getTenant()),
      TaskNames.DEADLINES,
      TaskNames.idempotencyKey(task.getTenant(), key)
    };
    CompletionStage<List<byte[]>> answer =
        link.run(
            scripts.submit(),
            ScriptOutputType.MULTI,
            keys,
            id.value(),
            task.getModel(),
            task.getSchemaFingerprint(),
            task.getTenant(),
            Long.toString(task.getCreatedAtMillis()),
            Long.toString(task.getDeadlineMillis()),
            Long.toString(TaskTimes.openLives(task)),
            key.isEmpty() ? "" : TaskNames.requestDigest(task),
            Long.toString(times.keyLives(task)),
            TaskNames.RECORD_PREFIX,
            Long.toString(times.resultLives(task)));
    return StoreFailures.explained(answer)
        .thenApply(
            found -> {
              if (RecordFields.text(found.get(2)).equals("1")) {
                throw StoreFailures.conflict();
              }
              TaskId first = new TaskId(RecordFields.text(found.get(0)));
              return new Submission(first, RecordFields.stateOf(found.get(1)), !first.equals(id));
            });
  }

  @Override
  public CompletionStage<Optional<Submission>> first(TaskEnvelope task) {
    if (task.getIdempotencyKey().isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    String once = TaskNames.idempotencyKey(task.getTenant(), task.getIdempotencyKey());
    return StoreFailures.explained(link.ask(commands -> commands.hgetall(once)))
        .thenCompose(
            noted -> {
              byte[] id = noted.get("id");
              byte[] digest = noted.get("digest");
              if (id == null || digest == null) {
                return CompletableFuture.completedStage(Optional.empty());
              }
              if (!RecordFields.text(digest).equals(TaskNames.requestDigest(task))) {
                throw StoreFailures.conflict();
              }
              return first(new TaskId(RecordFields.text(id))).thenApply(Optional::of);
            });
  }

  private CompletionStage<Submission> first(TaskId id) {
    return StoreFailures.explained(
            link.ask(commands -> commands.hget(TaskNames.recordKey(id), "state")))
        .thenApply(
            state ->
                new Submission(
                    id,
                    state == null ? TaskState.TASK_STATE_UNSPECIFIED : RecordFields.stateOf(state),
                    true));
  }

  @Override
  public CompletionStage<TaskState> queued(TaskId id) {
    CompletionStage<byte[]> answer =
        link.run(scripts.queued(), ScriptOutputType.VALUE, new String[] {TaskNames.recordKey(id)});
    return StoreFailures.explained(answer).thenApply(found -> RecordFields.stateOf(found));
  }

  @Override
  public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return StoreFailures.explained(link.ask(commands -> commands.hgetall(TaskNames.recordKey(id))))
        .thenCompose(
            fields ->
                fields.isEmpty()
                    ? CompletableFuture.completedStage(Optional.empty())
                    : withResult(id, RecordFields.record(id, fields)).thenApply(Optional::of));
  }

  /** Asked for after the record, so that one that is DONE has its result while it lives. */
  private CompletionStage<TaskRecord> withResult(TaskId id, TaskRecord record) {
    if (record.getState() != TaskState.DONE) {
      return CompletableFuture.completedStage(record);
    }
    return StoreFailures.explained(link.ask(commands -> commands.get(TaskNames.resultKey(id))))
        .thenApply(
            result ->
                result == null
                    ? record.toBuilder().setResultExpired(true).build()
                    : record.toBuilder().setResult(ByteString.copyFrom(result)).build());
  }

  @Override
  public CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
    Map<TaskId, Outline> found = new ConcurrentHashMap<>();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (TaskId id : ids) {
      String key = TaskNames.recordKey(id);
      CompletionStage<byte[]> state = link.ask(commands -> commands.hget(key, "state"));
      CompletionStage<Long> bytes = link.ask(commands -> commands.strlen(TaskNames.resultKey(id)));
      all.add(
          state
              .thenAcceptBoth(
                  bytes,
                  (name, size) -> {
                    if (name != null) {
                      found.put(id, new Outline(RecordFields.stateOf(name), size.intValue()));
                    }
                  })
              .toCompletableFuture());
    }
    return StoreFailures.explained(
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).thenApply(done -> found));
  }

  @Override
  public CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    CompletionStage<byte[]> answer =
        link.run(
            scripts.end(),
            ScriptOutputType.VALUE,
            open(id),
            id.value(),
            terminal.name(),
            code,
            message,
            Long.toString(now.toEpochMilli()),
            Long.toString(times.slackMillis()));
    return StoreFailures.explained(answer).thenApply(found -> RecordFields.stateOf(found));
  }

  @Override
  public CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now) {
    CompletionStage<byte[]> answer =
        link.run(
            scripts.end(),
            ScriptOutputType.VALUE,
            open(id),
            id.value(),
            TaskState.FAILED.name(),
            TaskNames.DEAD_LETTERED,
            reason,
            Long.toString(now.toEpochMilli()),
            Long.toString(times.slackMillis()),
            Integer.toString(revivals));
    return StoreFailures.explained(answer).thenApply(found -> RecordFields.stateOf(found));
  }

  @Override
  public CompletionStage<OptionalInt> revive(TaskId id, Instant now) {
    CompletionStage<Long> answer =
        link.run(
            scripts.revive(),
            ScriptOutputType.INTEGER,
            open(id),
            id.value(),
            Long.toString(now.toEpochMilli()),
            Long.toString(TaskNames.OPEN_MILLIS),
            TaskNames.POISON,
            TaskNames.DEAD_LETTERED);
    return StoreFailures.explained(answer)
        .thenApply(
            revivals -> revivals > 0 ? OptionalInt.of(revivals.intValue()) : OptionalInt.empty());
  }

  @Override
  public CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    if (limit < 1) {
      return CompletableFuture.completedStage(List.of());
    }
    CompletionStage<List<List<byte[]>>> answer =
        link.run(
            scripts.list(),
            ScriptOutputType.MULTI,
            new String[] {TaskNames.tenantKey(tenant)},
            Integer.toString(limit),
            before.map(TaskId::value).orElse(""),
            TaskNames.RECORD_PREFIX);
    return StoreFailures.explained(answer).thenApply(RecordFields::rows);
  }

  @Override
  public CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return StoreFailures.explained(
            link.ask(
                commands ->
                    commands.zrangebyscore(
                        TaskNames.DEADLINES,
                        Range.create(0, now.toEpochMilli()),
                        Limit.create(0, limit))))
        .thenApply(ids -> ids.stream().map(id -> new TaskId(RecordFields.text(id))).toList());
  }

  @Override
  public Optional<String> health() {
    return link.health();
  }

  @Override
  public void close() {
    link.close();
  }

  private static String[] open(TaskId id) {
    return new String[] {TaskNames.recordKey(id), TaskNames.DEADLINES};
  }
}
