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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** Told, not held: whether the key of the result is gone. */
  private static final String EXPIRED = "resultExpired";

  private static final List<String> LISTED =
      List.of(
          "state",
          "model",
          "fingerprint",
          "tenant",
          "attempt",
          "nonce",
          "createdAt",
          "finishedAt",
          "deadline",
          "errorCode",
          "errorMessage",
          "progress",
          EXPIRED);

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
              if (text(found.get(2)).equals("1")) {
                throw StoreFailures.conflict();
              }
              TaskId first = new TaskId(text(found.get(0)));
              return new Submission(first, state(text(found.get(1))), !first.equals(id));
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
              if (!text(digest).equals(TaskNames.requestDigest(task))) {
                throw StoreFailures.conflict();
              }
              return first(new TaskId(text(id))).thenApply(Optional::of);
            });
  }

  private CompletionStage<Submission> first(TaskId id) {
    return StoreFailures.explained(
            link.ask(commands -> commands.hget(TaskNames.recordKey(id), "state")))
        .thenApply(state -> new Submission(id, state(state == null ? "" : text(state)), true));
  }

  @Override
  public CompletionStage<TaskState> queued(TaskId id) {
    CompletionStage<byte[]> answer =
        link.run(scripts.queued(), ScriptOutputType.VALUE, new String[] {TaskNames.recordKey(id)});
    return StoreFailures.explained(answer).thenApply(found -> state(text(found)));
  }

  @Override
  public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return StoreFailures.explained(link.ask(commands -> commands.hgetall(TaskNames.recordKey(id))))
        .thenCompose(
            fields ->
                fields.isEmpty()
                    ? CompletableFuture.completedStage(Optional.empty())
                    : withResult(id, record(id, fields)).thenApply(Optional::of));
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
                      found.put(id, new Outline(state(text(name)), size.intValue()));
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
    return StoreFailures.explained(answer).thenApply(found -> state(text(found)));
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
    return StoreFailures.explained(answer).thenApply(found -> state(text(found)));
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
    return StoreFailures.explained(answer).thenApply(RedisResultStore::rows);
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
        .thenApply(ids -> ids.stream().map(id -> new TaskId(text(id))).toList());
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

  private static List<TaskRecord> rows(List<List<byte[]>> rows) {
    List<TaskRecord> records = new ArrayList<>();
    for (List<byte[]> row : rows) {
      Map<String, byte[]> fields = new HashMap<>();
      for (int i = 0; i < LISTED.size(); i++) {
        fields.put(LISTED.get(i), row.get(i + 1));
      }
      records.add(record(new TaskId(text(row.get(0))), fields));
    }
    return records;
  }

  private static TaskState state(String name) {
    return name.isEmpty() ? TaskState.TASK_STATE_UNSPECIFIED : TaskState.valueOf(name);
  }

  private static TaskRecord record(TaskId id, Map<String, byte[]> fields) {
    return TaskRecord.newBuilder()
        .setTaskId(id.value())
        .setModel(string(fields, "model"))
        .setState(state(string(fields, "state")))
        .setAttempt((int) number(fields, "attempt"))
        .setClaimNonce(string(fields, "nonce"))
        .setCreatedAtMillis(number(fields, "createdAt"))
        .setFinishedAtMillis(number(fields, "finishedAt"))
        .setDeadlineMillis(number(fields, "deadline"))
        .setErrorCode(string(fields, "errorCode"))
        .setErrorMessage(string(fields, "errorMessage"))
        .setSchemaFingerprint(string(fields, "fingerprint"))
        .setTenant(string(fields, "tenant"))
        .setProgressPercent((int) number(fields, "progress"))
        .setResultExpired(string(fields, EXPIRED).equals("1"))
        .build();
  }

  private static String string(Map<String, byte[]> fields, String name) {
    byte[] value = fields.get(name);
    return value == null ? "" : text(value);
  }

  private static long number(Map<String, byte[]> fields, String name) {
    String value = string(fields, name);
    return value.isEmpty() ? 0 : Long.parseLong(value);
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
