package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.ResultStore.Outline;
import io.remuda.node.task.Claims.Claim;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a task ended outlives its result, whichever servers keep both. */
@Tag("server")
abstract class TaskLifetimesContract {

  private static final Duration SHORT = Duration.ofSeconds(1);

  TaskStage stage;

  /** Where the queue and the store are. */
  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    Map<String, Object> values = new HashMap<>(places());
    values.put("remuda.tasks.record-slack", "1s");
    values.put("remuda.tasks.database.sweep-interval", "100ms");
    stage = TaskStage.open(values);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aTaskThatExpiredWhileItRanIsNotDoneAfterwards() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task that was ended while it ran, and whose time to live is over
      TaskEnvelope task = brief("runs for long");
      get(stage.results().submitting(task));
      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      assertThat(stage.end(task, TaskState.EXPIRED)).isEqualTo(TaskState.EXPIRED);
      outlive();

      // when its answer comes, then it is none
      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("late")))).isFalse();
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.EXPIRED);
    }
  }

  @Test
  void aTaskThatWasCancelledWhileItWaitedIsNotRun() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task that was cancelled in its queue, and whose time to live is over
      TaskEnvelope task = brief("waits for long");
      get(stage.results().submitting(task));
      get(stage.results().queued(id(task)));
      assertThat(stage.end(task, TaskState.CANCELLED)).isEqualTo(TaskState.CANCELLED);
      outlive();

      // when a worker takes it from the queue, then there is nothing to run
      assertThat(get(machine.claims().claim(task))).isEmpty();
      TaskRecord record = stage.read(task).orElseThrow();
      assertThat(record.getState()).isEqualTo(TaskState.CANCELLED);
      assertThat(record.getErrorMessage()).isEqualTo("asked for");
      assertThat(record.getResultExpired()).isFalse();
    }
  }

  @Test
  void aResultIsForgottenInItsTimeAndItsTaskStaysDone() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given two tasks that are done, one of them for a short time
      TaskEnvelope task = brief("brief");
      TaskEnvelope kept = stage.task("kept");
      done(machine, task);
      done(machine, kept);
      assertThat(stage.read(kept).orElseThrow().getResult().toStringUtf8()).isEqualTo("it");

      // when its time is over
      TaskRecord record =
          Eventually.find(
              "the result is gone",
              LIMIT,
              () -> stage.read(task).filter(TaskRecord::getResultExpired));

      // then all is known of it but the result, one by one and in lists
      assertThat(record.getState()).isEqualTo(TaskState.DONE);
      assertThat(record.getResult()).isEmpty();
      assertThat(record.getFinishedAtMillis()).isPositive();
      assertThat(stage.read(kept).orElseThrow().getResultExpired()).isFalse();
      assertThat(get(stage.results().list(task.getTenant(), 10, Optional.empty())))
          .extracting(TaskRecord::getTaskId, TaskRecord::getState, TaskRecord::getResultExpired)
          .containsExactlyInAnyOrder(
              tuple(task.getTaskId(), TaskState.DONE, true),
              tuple(kept.getTaskId(), TaskState.DONE, false));
      assertThat(get(stage.results().outlines(List.of(id(task), id(kept)))))
          .containsOnly(
              Map.entry(id(task), new Outline(TaskState.DONE, 0)),
              Map.entry(id(kept), new Outline(TaskState.DONE, 2)));

      // and nothing makes another end of it
      assertThat(get(machine.claims().claim(task))).isEmpty();
      assertThat(stage.end(task, TaskState.CANCELLED)).isEqualTo(TaskState.DONE);
    }
  }

  @Test
  void aDeliveryAfterItsResultWasForgottenIsNotRunAgain() {
    AtomicInteger runs = new AtomicInteger();
    TypedModel counting =
        (input, progress) ->
            CompletableFuture.completedFuture(
                ByteString.copyFromUtf8("run " + runs.incrementAndGet()));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(counting)) {
      // given a task whose worker stored its result, and froze before it said so to the queue
      TaskEnvelope task = stage.accept(brief("frozen"));
      assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE);
      Eventually.isTrue(
          "the result is gone", LIMIT, () -> stage.read(task).orElseThrow().getResultExpired());

      // when the queue delivers it again, and another one after it
      assertThat(get(stage.queue().publish(task))).isEmpty();
      stage.awaitEnd(stage.accept(stage.task("next")));

      // then it has not been run again
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
      assertThat(runs).hasValue(2);
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.DONE);
    }
  }

  @Test
  void aDeliveryAfterAllOfItWasForgottenMakesNoOtherEnd() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task that was done, long enough after its deadline
      Claim claim =
          Eventually.find(
              "one is claimed before its deadline", LIMIT, () -> claimedWithin(machine, SHORT));
      TaskEnvelope task = claim.task();
      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("it")))).isTrue();
      Eventually.isTrue("it is forgotten", LIMIT, () -> stage.read(task).isEmpty());

      // when the queue still delivers it, or its worker comes again
      assertThat(get(machine.claims().claim(task))).isEmpty();
      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("other")))).isFalse();

      // then nothing is known of it still
      assertThat(stage.read(task)).isEmpty();
      assertThat(get(stage.results().list(task.getTenant(), 10, Optional.empty())))
          .extracting(TaskRecord::getTaskId)
          .doesNotContain(task.getTaskId());
    }
  }

  @Test
  void anAnswerAfterTheDeadlineBringsNoLostRecordBack() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a record that was lost, and the deadline over: its id alone says EXPIRED
      TaskEnvelope task = stage.task("late", Duration.ofMillis(-200));
      Claim claim = new Claim(task, 1, "its nonce");

      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("late")))).isFalse();
      assertThat(stage.read(task)).isEmpty();
    }
  }

  @Test
  void aKeyFindsItsTaskAfterTheResultWasForgotten() {
    try (TaskStage.Machine machine = stage.machine()) {
      TaskEnvelope first = brief("pay").toBuilder().setIdempotencyKey("key").build();
      get(stage.results().submitting(first));
      done(machine, first);
      Eventually.isTrue(
          "the result is gone", LIMIT, () -> stage.read(first).orElseThrow().getResultExpired());

      TaskEnvelope again = brief("pay").toBuilder().setIdempotencyKey("key").build();
      var repeated = get(stage.results().submitting(again));

      assertThat(repeated.repeated()).isTrue();
      assertThat(repeated.id()).isEqualTo(id(first));
      assertThat(repeated.state()).isEqualTo(TaskState.DONE);
    }
  }

  @Test
  void theSameClaimAgainIsNoOtherAttempt() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a claim whose answer did not come in time, so that it is said again
      TaskEnvelope task = stage.task("asked twice");
      get(stage.results().submitting(task));
      Claim first = get(machine.claims().claim(task, "its nonce")).orElseThrow();
      Claim again = get(machine.claims().claim(task, "its nonce")).orElseThrow();

      // then it is the same, and only another one is another attempt
      assertThat(again).isEqualTo(first);
      assertThat(get(machine.claims().claim(task)).orElseThrow().attempt()).isEqualTo(2);
      assertThat(get(machine.claims().claim(task, "its nonce")).orElseThrow().attempt())
          .isEqualTo(3);
    }
  }

  @Test
  void aClaimThatIsGivenBackIsNoAttemptAndCountsNoMore() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task that was begun once, and claimed once more in vain
      TaskEnvelope task = stage.task("not begun");
      get(stage.results().submitting(task));
      Claim begun = get(machine.claims().claim(task)).orElseThrow();
      Claim inVain = get(machine.claims().claim(task)).orElseThrow();

      // then only the claim that counts can be given back, and once
      assertThat(get(machine.claims().giveBack(begun))).isFalse();
      assertThat(get(machine.claims().giveBack(inVain))).isTrue();
      assertThat(get(machine.claims().giveBack(inVain))).isFalse();
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.QUEUED);
      assertThat(get(machine.claims().look(task)).attempt()).isEqualTo(1);

      // and the next one is the second attempt, and none before it may store a result
      Claim next = get(machine.claims().claim(task)).orElseThrow();
      assertThat(next.attempt()).isEqualTo(2);
      assertThat(get(machine.claims().done(inVain, ByteString.copyFromUtf8("no")))).isFalse();
      assertThat(get(machine.claims().done(next, ByteString.copyFromUtf8("it")))).isTrue();
      assertThat(get(machine.claims().giveBack(next))).isFalse();
    }
  }

  private TaskEnvelope brief(String text) {
    return stage.task(text).toBuilder().setResultTtlSeconds(SHORT.toSeconds()).build();
  }

  /** Any thread may stall for longer than the task lives; then another one is tried. */
  private Optional<Claim> claimedWithin(TaskStage.Machine machine, Duration lives) {
    TaskEnvelope task =
        stage.task("soon over", lives).toBuilder().setResultTtlSeconds(SHORT.toSeconds()).build();
    return get(machine.claims().claim(task));
  }

  private static void done(TaskStage.Machine machine, TaskEnvelope task) {
    Claim claim = get(machine.claims().claim(task)).orElseThrow();
    assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("it")))).isTrue();
  }

  /** Until whatever lives for a short time is over. */
  private static void outlive() {
    Instant over = Instant.now().plus(SHORT.multipliedBy(2));
    Eventually.isTrue("its time to live is over", LIMIT, () -> Instant.now().isAfter(over));
  }
}
