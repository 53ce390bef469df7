package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.task.ResultStore;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Clients that wait for a task whose store takes its time to answer. */
class SlowStoreTest {

  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final Duration ANSWERS_AFTER = Duration.ofMillis(200);

  /** Within the limit, and the one with which the wait ends. On a slow machine there are fewer. */
  private static final int MOST_LOOKS = (int) LIMIT.dividedBy(ANSWERS_AFTER) + 1;

  @Test
  void theStoresOwnTimeCountsAsTimeThatAClientHasWaited() throws Exception {
    SlowStore store = new SlowStore();
    TaskDesk desk =
        new TaskDesk(
            () ->
                new Backends(
                    Optional.empty(),
                    Optional.of(store),
                    Optional.empty(),
                    Optional.empty(),
                    "not needed"),
            DeskSettings.from(ConfigFactory.load()),
            InstantSource.system(),
            new Random(7));
    TaskWaiting waiting = new TaskWaiting(desk, SlowStoreTest::after);

    TaskRecord record =
        waiting
            .until("mine", new TaskId("tk_1"), LIMIT, ended -> false)
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);

    assertThat(record.getState()).isEqualTo(TaskState.QUEUED);
    assertThat(store.looks).hasValueLessThanOrEqualTo(MOST_LOOKS);
  }

  private static CompletionStage<Boolean> after(Duration length) {
    return CompletableFuture.supplyAsync(
        () -> true, CompletableFuture.delayedExecutor(length.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Knows of one task, which never ends. */
  private static final class SlowStore implements ResultStore {
    private final AtomicInteger looks = new AtomicInteger();

    @Override
    public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
      looks.incrementAndGet();
      return after(ANSWERS_AFTER)
          .thenApply(
              now ->
                  Optional.of(
                      TaskRecord.newBuilder()
                          .setTaskId(id.value())
                          .setTenant("mine")
                          .setState(TaskState.QUEUED)
                          .build()));
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
    public CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<TaskState> end(
        TaskId id, TaskState terminal, String code, String message, Instant now) {
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
    public CompletionStage<List<TaskRecord>> list(
        String tenant, int limit, Optional<TaskId> before) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> health() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
