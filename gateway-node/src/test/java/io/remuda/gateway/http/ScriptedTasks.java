package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.PendingHooks;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Backends;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Ended;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.gateway.tasks.WebhookPolicy;
import io.remuda.gateway.tasks.WebhookSettings;
import io.remuda.gateway.typed.Decoded;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A task queue and a result store in memory that keep the real ones' rules, so that tests of the
 * API decide when a confirm comes and what a worker stores. The one typed model {@code echo} takes
 * {@code {"text": string}}.
 */
final class ScriptedTasks implements TaskQueue, ResultStore, PendingHooks {

  static final String FINGERPRINT = "f".repeat(64);

  final List<TaskEnvelope> published = new ArrayList<>();
  final Map<TaskId, TaskRecord> records = new LinkedHashMap<>();
  final Map<String, TaskEnvelope> keys = new HashMap<>();
  final List<DeadTask> dead = new ArrayList<>();
  final List<DeadTask> buried = new ArrayList<>();
  final Map<TaskId, Hook> hooks = new LinkedHashMap<>();
  final Map<TaskId, Instant> due = new HashMap<>();
  private final KeptShelf shelf = new KeptShelf();
  private final TaskApi api;
  private Optional<Refused> refusal = Optional.empty();
  private Optional<CompletableFuture<Void>> held = Optional.empty();
  private boolean unsure;
  private Optional<CompletableFuture<Void>> looking = Optional.empty();
  private int looks;
  private boolean storeAway;
  private boolean hooksAway;
  private boolean configured = true;

  ScriptedTasks(Config config) {
    TaskDesk desk =
        new TaskDesk(
            this::backends, DeskSettings.from(config), InstantSource.system(), new SecureRandom());
    BatchDesk batches =
        new BatchDesk(
            this::backends, BatchSettings.from(config), InstantSource.system(), new SecureRandom());
    ModelLines lines =
        new ModelLines(
            ScriptedTasks::codec,
            new Routes()::snapshot,
            16 * 1024,
            Duration.ofMinutes(1),
            InstantSource.system());
    this.api =
        new TaskApi(
            desk,
            ScriptedTasks::codec,
            new WebhookPolicy(webhooks(config)),
            new BatchApi(batches, lines));
  }

  private static WebhookSettings webhooks(Config config) {
    return WebhookSettings.from(config);
  }

  TaskApi api() {
    return api;
  }

  synchronized Backends backends() {
    return configured
        ? new Backends(
            Optional.of(this), Optional.of(this), Optional.of(this), Optional.of(shelf), "away")
        : Backends.none("no task queue is configured: set remuda.tasks.queue");
  }

  synchronized void configured(boolean now) {
    configured = now;
  }

  /** From now on the queue answers so. */
  synchronized void publishing(Optional<Refused> answer) {
    refusal = answer;
  }

  /** From now on the queue answers nobody before {@code until}. */
  synchronized void holding(CompletableFuture<Void> until) {
    held = Optional.of(until);
  }

  /** From now on the queue takes tasks and does not say so. */
  synchronized void unsure(boolean now) {
    unsure = now;
  }

  /** From now on the store tells nobody of first tries before {@code until}. */
  synchronized void looking(CompletableFuture<Void> until) {
    looking = Optional.of(until);
  }

  /** How often it was asked for one. */
  synchronized int looks() {
    return looks;
  }

  synchronized void storeAway(boolean away) {
    storeAway = away;
  }

  synchronized void hooksAway(boolean away) {
    hooksAway = away;
  }

  /** As if a worker had taken the task and stored its end. */
  synchronized void ends(TaskId id, TaskState state, String output) {
    records.computeIfPresent(
        id,
        (same, record) ->
            record.toBuilder()
                .setState(state)
                .setAttempt(record.getAttempt() + 1)
                .setFinishedAtMillis(Instant.now().toEpochMilli())
                .setResult(ByteString.copyFromUtf8(output))
                .setErrorCode(state == TaskState.FAILED ? "engine_failed" : "")
                .setErrorMessage(state == TaskState.FAILED ? output : "")
                .build());
  }

  synchronized void runs(TaskId id) {
    records.computeIfPresent(
        id, (same, record) -> record.toBuilder().setState(TaskState.RUNNING).setAttempt(1).build());
  }

  synchronized void outlivesItsResult(TaskId id) {
    records.computeIfPresent(
        id, (same, record) -> record.toBuilder().clearResult().setResultExpired(true).build());
  }

  /** As if the task that was submitted first under its key had had a deadline hours ago. */
  synchronized void endedLongAgo(TaskId id) {
    TaskId past = TaskId.mint(Instant.now().minus(Duration.ofHours(2)), new SecureRandom());
    keys.replaceAll(
        (same, task) ->
            task.getTaskId().equals(id.value())
                ? task.toBuilder().setTaskId(past.value()).build()
                : task);
  }

  synchronized void forgets(TaskId id) {
    records.remove(id);
  }

  static Optional<TypedCodec> codec(ModelName model) {
    return model.value().equals("echo") ? Optional.of(new Echo()) : Optional.empty();
  }

  private static final class Echo implements TypedCodec {
    @Override
    public String fingerprint() {
      return FINGERPRINT;
    }

    @Override
    public Decoded toBinary(String contentType, byte[] body) {
      if (contentType.equals("application/x-protobuf")) {
        return new Decoded.Message(ByteString.copyFrom(body));
      }
      if (!contentType.equals("application/json")) {
        return new Decoded.Bad(Refused.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "send JSON"), "");
      }
      JsonNode json = Json.read(body);
      return json.path("text").isTextual()
          ? new Decoded.Message(ByteString.copyFromUtf8(json.path("text").asText()))
          : new Decoded.Bad(Refused.of(ErrorCode.INVALID_REQUEST, "text is a string"), "text");
    }

    @Override
    public byte[] toJson(ByteString output) {
      return ("{\"text\":\"" + output.toStringUtf8() + "\"}").getBytes(StandardCharsets.UTF_8);
    }
  }

  @Override
  public synchronized CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
    if (refusal.isEmpty()) {
      published.add(task);
    }
    if (unsure) {
      return CompletableFuture.failedStage(
          new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, "no confirm came in time"));
    }
    Optional<Refused> answer = refusal;
    return held.orElseGet(() -> CompletableFuture.completedFuture(null)).thenApply(none -> answer);
  }

  @Override
  public CompletionStage<OptionalLong> depth(ModelName model, String fingerprint) {
    return CompletableFuture.completedStage(OptionalLong.of(published.size()));
  }

  @Override
  public synchronized CompletionStage<Long> deadCount() {
    return CompletableFuture.completedStage((long) dead.size());
  }

  @Override
  public synchronized CompletionStage<List<DeadTask>> dead(int limit) {
    return CompletableFuture.completedStage(dead.stream().limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<Boolean> bury(
      int limit, Function<DeadTask, CompletionStage<?>> burial) {
    List<DeadTask> open =
        dead.stream().filter(letter -> !buried.contains(letter)).limit(limit).toList();
    buried.addAll(open);
    CompletableFuture<?>[] ends =
        open.stream()
            .map(letter -> burial.apply(letter).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(ends).thenApply(done -> open.size() >= limit);
  }

  @Override
  public synchronized CompletionStage<Boolean> retryDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival) {
    return dead.stream()
        .filter(task -> task.task().getTaskId().equals(id.value()))
        .findFirst()
        .map(task -> revival.apply(task.task()).thenApply(revived -> removed(id)))
        .orElseGet(() -> CompletableFuture.completedStage(false));
  }

  @Override
  public synchronized CompletionStage<Boolean> dropDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial) {
    return dead.stream()
        .filter(task -> task.task().getTaskId().equals(id.value()))
        .findFirst()
        .<CompletionStage<Boolean>>map(
            task -> burial.apply(task.task()).thenApply(buried -> removed(id)))
        .orElseGet(() -> CompletableFuture.completedStage(false));
  }

  private synchronized boolean removed(TaskId id) {
    return dead.removeIf(task -> task.task().getTaskId().equals(id.value()));
  }

  @Override
  public synchronized CompletionStage<Submission> submitting(TaskEnvelope task) {
    if (storeAway) {
      return away();
    }
    String key = key(task);
    if (!task.getIdempotencyKey().isEmpty() && keys.containsKey(key)) {
      return first(task).thenApply(Optional::orElseThrow);
    }
    TaskId id = new TaskId(task.getTaskId());
    if (records.containsKey(id)) {
      return CompletableFuture.completedStage(new Submission(id, stateOf(id), false));
    }
    keys.put(key, task);
    records.put(
        id,
        TaskRecord.newBuilder()
            .setTaskId(task.getTaskId())
            .setModel(task.getModel())
            .setTenant(task.getTenant())
            .setState(TaskState.SUBMITTING)
            .setCreatedAtMillis(task.getCreatedAtMillis())
            .setDeadlineMillis(task.getDeadlineMillis())
            .setSchemaFingerprint(task.getSchemaFingerprint())
            .build());
    return CompletableFuture.completedStage(new Submission(id, TaskState.SUBMITTING, false));
  }

  private static String key(TaskEnvelope task) {
    return task.getTenant() + " " + task.getIdempotencyKey();
  }

  @Override
  public synchronized CompletionStage<Optional<Submission>> first(TaskEnvelope task) {
    if (storeAway) {
      return away();
    }
    looks++;
    if (looking.isPresent()) {
      return looking.get().thenApply(none -> Optional.empty());
    }
    TaskEnvelope first = task.getIdempotencyKey().isEmpty() ? null : keys.get(key(task));
    if (first == null) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    if (!first.getPayload().equals(task.getPayload())) {
      return CompletableFuture.failedStage(
          new TaskRefusal(ErrorCode.IDEMPOTENCY_CONFLICT, "the key was used for another task"));
    }
    TaskId id = new TaskId(first.getTaskId());
    return CompletableFuture.completedStage(Optional.of(new Submission(id, stateOf(id), true)));
  }

  @Override
  public synchronized CompletionStage<TaskState> queued(TaskId id) {
    if (storeAway) {
      return away();
    }
    records.computeIfPresent(
        id,
        (same, record) ->
            record.getState() == TaskState.SUBMITTING
                ? record.toBuilder().setState(TaskState.QUEUED).build()
                : record);
    return CompletableFuture.completedStage(stateOf(id));
  }

  @Override
  public synchronized CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
    if (storeAway) {
      return away();
    }
    Map<TaskId, Outline> found = new HashMap<>();
    for (TaskId id : ids) {
      Optional.ofNullable(records.get(id))
          .ifPresent(
              record -> found.put(id, new Outline(record.getState(), record.getResult().size())));
    }
    return CompletableFuture.completedStage(found);
  }

  @Override
  public synchronized CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return storeAway
        ? away()
        : CompletableFuture.completedStage(Optional.ofNullable(records.get(id)));
  }

  @Override
  public synchronized CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    records.computeIfPresent(
        id,
        (same, record) ->
            Ended.is(record.getState())
                ? record
                : record.toBuilder()
                    .setState(terminal)
                    .setErrorCode(code)
                    .setErrorMessage(message)
                    .setFinishedAtMillis(now.toEpochMilli())
                    .build());
    return CompletableFuture.completedStage(stateOf(id));
  }

  @Override
  public CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now) {
    return end(id, TaskState.FAILED, TaskNames.DEAD_LETTERED, reason, now);
  }

  @Override
  public synchronized CompletionStage<OptionalInt> revive(TaskId id, Instant now) {
    boolean may = stateOf(id) == TaskState.FAILED;
    records.computeIfPresent(
        id, (same, record) -> may ? record.toBuilder().setState(TaskState.QUEUED).build() : record);
    return CompletableFuture.completedStage(may ? OptionalInt.of(1) : OptionalInt.empty());
  }

  @Override
  public synchronized CompletionStage<List<TaskRecord>> list(
      String tenant, int limit, Optional<TaskId> before) {
    List<TaskRecord> mine =
        new ArrayList<>(
            records.values().stream().filter(task -> task.getTenant().equals(tenant)).toList());
    java.util.Collections.reverse(mine);
    int from =
        before
            .map(id -> mine.stream().map(TaskRecord::getTaskId).toList().indexOf(id.value()) + 1)
            .orElse(0);
    return CompletableFuture.completedStage(mine.stream().skip(from).limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return CompletableFuture.completedStage(
        records.values().stream()
            .filter(task -> !Ended.is(task.getState()))
            .filter(task -> task.getDeadlineMillis() < now.toEpochMilli())
            .sorted(Comparator.comparingLong(TaskRecord::getDeadlineMillis))
            .limit(limit)
            .map(task -> new TaskId(task.getTaskId()))
            .toList());
  }

  @Override
  public synchronized CompletionStage<Void> remember(
      TaskId task, String tenant, URI url, Instant from) {
    if (hooksAway) {
      return away();
    }
    hooks.putIfAbsent(task, new Hook(task, tenant, url, 0));
    due.putIfAbsent(task, from);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public synchronized CompletionStage<List<Hook>> take(Instant now, Duration lease, int limit) {
    List<Hook> taken =
        hooks.values().stream()
            .filter(hook -> !due.getOrDefault(hook.task(), now).isAfter(now))
            .limit(limit)
            .toList();
    taken.forEach(hook -> due.put(hook.task(), now.plus(lease)));
    return CompletableFuture.completedStage(taken);
  }

  @Override
  public synchronized CompletionStage<Void> again(TaskId task, int tries, Instant from) {
    hooks.computeIfPresent(task, (same, hook) -> new Hook(task, hook.tenant(), hook.url(), tries));
    due.computeIfPresent(task, (same, before) -> from);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public synchronized CompletionStage<Void> done(TaskId task) {
    hooks.remove(task);
    due.remove(task);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public Optional<String> health() {
    return Optional.empty();
  }

  @Override
  public void close() {}

  private TaskState stateOf(TaskId id) {
    return Optional.ofNullable(records.get(id))
        .map(TaskRecord::getState)
        .orElse(TaskState.TASK_STATE_UNSPECIFIED);
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedStage(
        new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, "the result store does not answer"));
  }
}
