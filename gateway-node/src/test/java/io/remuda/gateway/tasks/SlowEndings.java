package io.remuda.gateway.tasks;

import io.remuda.gateway.task.ResultStore;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that takes as long as it may for each answer, and for some looks longer. */
final class SlowEndings implements ResultStore {

  /** What it does when it is asked what is overdue. */
  enum Look {
    ANSWERS,
    FAILS,
    HANGS
  }

  private final VirtualTimers timers;
  private final Duration callLimit;
  private final Map<TaskId, Instant> deadlines = new HashMap<>();
  private final Map<TaskId, Duration> ended = new HashMap<>();
  private Look mood = Look.ANSWERS;
  private int looksInMood;

  SlowEndings(VirtualTimers timers, Duration callLimit) {
    this.timers = timers;
    this.callLimit = callLimit;
  }

  void holds(TaskId task, Instant deadline) {
    deadlines.put(task, deadline);
  }

  /** The next so many looks go like this, and all others well. */
  void next(int looks, Look mood) {
    this.mood = mood;
    this.looksInMood = looks;
  }

  int looksAhead() {
    return looksInMood;
  }

  /** How long after its deadline each ended task has ended. */
  Map<TaskId, Duration> ended() {
    return Map.copyOf(ended);
  }

  @Override
  public CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    Look thisLook = looksInMood > 0 ? mood : Look.ANSWERS;
    looksInMood = Math.max(0, looksInMood - 1);
    List<TaskId> found =
        deadlines.entrySet().stream()
            .filter(task -> !ended.containsKey(task.getKey()) && now.isAfter(task.getValue()))
            .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
            .limit(limit)
            .map(Map.Entry::getKey)
            .toList();
    return switch (thisLook) {
      case ANSWERS -> timers.later(callLimit, found);
      case FAILS ->
          timers
              .later(callLimit, found)
              .thenCompose(
                  late -> CompletableFuture.failedStage(new IllegalStateException("away")));
      case HANGS -> new CompletableFuture<>();
    };
  }

  @Override
  public CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    return timers
        .later(callLimit, terminal)
        .thenApply(
            state -> {
              ended.putIfAbsent(
                  id,
                  Duration.between(Objects.requireNonNull(deadlines.get(id)), timers.instant()));
              return state;
            });
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
