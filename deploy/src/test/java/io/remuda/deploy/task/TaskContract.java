package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.ResultStore.Submission;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.node.task.Claims;
import io.remuda.node.task.Claims.Claim;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every pair of a queue and a result store does, whichever servers are behind it. */
@Tag("server")
@Tag("slow")
abstract class TaskContract {

  /** The model that answers with its input, in capitals. */
  static final TypedModel CAPITALS =
      (input, progress) -> CompletableFuture.completedFuture(capitals(input));

  TaskStage stage;

  /** Where this pair is. */
  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  static ByteString capitals(ByteString input) {
    return ByteString.copyFromUtf8(input.toStringUtf8().toUpperCase(java.util.Locale.ROOT));
  }

  @Test
  void aTaskIsRunAndItsResultIsRead() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(CAPITALS)) {
      // when a task is accepted
      TaskEnvelope task = stage.accept(stage.task("hello"));

      // then its result is read, with all that is known of it
      TaskRecord record = stage.awaitEnd(task);
      assertThat(record.getState()).isEqualTo(TaskState.DONE);
      assertThat(record.getResult().toStringUtf8()).isEqualTo("HELLO");
      assertThat(record.getAttempt()).isEqualTo(1);
      assertThat(record.getTenant()).isEqualTo(task.getTenant());
      assertThat(record.getModel()).isEqualTo("sentiment");
      assertThat(record.getSchemaFingerprint()).isEqualTo(stage.fingerprint);
      assertThat(record.getDeadlineMillis()).isEqualTo(task.getDeadlineMillis());
      assertThat(record.getCreatedAtMillis()).isEqualTo(task.getCreatedAtMillis());
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
    }
  }

  @Test
  void anAnswerOfDefaultsOnlyIsAnAnswer() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                (input, progress) -> CompletableFuture.completedFuture(ByteString.EMPTY))) {
      TaskRecord record = stage.awaitEnd(stage.accept(stage.task("any")));

      assertThat(record.getState()).isEqualTo(TaskState.DONE);
      assertThat(record.getResult()).isEmpty();
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aSecondDeliveryOfAFinishedTaskChangesNothing() {
    AtomicInteger runs = new AtomicInteger();
    TypedModel counting =
        (input, progress) ->
            CompletableFuture.completedFuture(
                ByteString.copyFromUtf8("run " + runs.incrementAndGet()));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(counting)) {
      // given a task that has ended
      TaskEnvelope task = stage.accept(stage.task("twice"));
      TaskRecord first = stage.awaitEnd(task);

      // when it is published again, and another one after it
      assertThat(get(stage.queue().publish(task))).isEmpty();
      stage.awaitEnd(stage.accept(stage.task("next")));

      // then it has not been run again, and its result stands
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
      assertThat(runs).hasValue(2);
      assertThat(stage.read(task)).contains(first);
    }
  }

  @Test
  void aSecondClaimMakesTheFirstWorthless() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task claimed twice, as when the first worker vanished
      Claims claims = machine.claims();
      TaskEnvelope task = stage.task("claimed twice");
      get(stage.results().submitting(task));
      Claim dead = get(claims.claim(task)).orElseThrow();
      Claim alive = get(claims.claim(task)).orElseThrow();

      // when the first comes with anything
      assertThat(get(claims.progress(dead, 50))).isFalse();
      assertThat(get(claims.done(dead, ByteString.copyFromUtf8("late")))).isFalse();
      assertThat(get(claims.failed(dead, "late", "late"))).isFalse();

      // then only the second counts, once
      assertThat(get(claims.progress(alive, 60))).isTrue();
      assertThat(stage.read(task).orElseThrow().getProgressPercent()).isEqualTo(60);
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.RUNNING);
      assertThat(get(claims.done(alive, ByteString.copyFromUtf8("right")))).isTrue();
      assertThat(get(claims.failed(alive, "changed", "its mind"))).isFalse();
      assertThat(get(claims.done(alive, ByteString.copyFromUtf8("again")))).isFalse();
      TaskRecord record = stage.read(task).orElseThrow();
      assertThat(record.getAttempt()).isEqualTo(2);
      assertThat(record.getResult().toStringUtf8()).isEqualTo("right");
      assertThat(record.getClaimNonce()).isEqualTo(alive.nonce());
    }
  }

  @Test
  void aRecordThatNobodyKnowsIsMadeAnewByWhoClaimsIt() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task in the queue whose record was lost
      TaskEnvelope task = stage.task("forgotten");

      // when it is claimed and done
      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("kept")))).isTrue();

      // then it is known again, in its tenant's list too
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.DONE);
      assertThat(get(stage.results().list(task.getTenant(), 10, Optional.empty())))
          .extracting(TaskRecord::getTaskId)
          .containsExactly(task.getTaskId());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TaskState.class,
      names = {"EXPIRED", "FAILED", "CANCELLED"})
  void anEndIsFinal(TaskState end) {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task that a worker has claimed and that is then ended by the gateway
      TaskEnvelope task = stage.task("ended");
      assertThat(get(stage.results().submitting(task)).state()).isEqualTo(TaskState.SUBMITTING);
      assertThat(get(stage.results().queued(id(task)))).isEqualTo(TaskState.QUEUED);
      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      assertThat(get(stage.results().queued(id(task)))).isEqualTo(TaskState.RUNNING);
      assertThat(stage.end(task, end)).isEqualTo(end);

      // when everybody wants something else
      assertThat(get(machine.claims().done(claim, ByteString.EMPTY))).isFalse();
      assertThat(get(machine.claims().failed(claim, "x", "x"))).isFalse();
      assertThat(get(machine.claims().progress(claim, 1))).isFalse();
      assertThat(get(machine.claims().claim(task))).isEmpty();
      assertThat(get(stage.results().queued(id(task)))).isEqualTo(end);
      for (TaskState other : List.of(TaskState.EXPIRED, TaskState.FAILED, TaskState.CANCELLED)) {
        assertThat(stage.end(task, other)).isEqualTo(end);
      }
      assertThat(get(stage.results().revive(id(task), Instant.now()))).isEmpty();

      // then it is as it ended
      TaskRecord record = stage.read(task).orElseThrow();
      assertThat(record.getState()).isEqualTo(end);
      assertThat(record.getErrorCode()).isEqualTo("asked");
      assertThat(record.getErrorMessage()).isEqualTo("asked for");
      assertThat(record.getFinishedAtMillis()).isPositive();
    }
  }

  @Test
  void aTaskThatIsDoneCannotBeEnded() {
    try (TaskStage.Machine machine = stage.machine()) {
      TaskEnvelope task = stage.task("done");
      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      get(machine.claims().done(claim, ByteString.copyFromUtf8("it")));

      assertThat(stage.end(task, TaskState.CANCELLED)).isEqualTo(TaskState.DONE);
      assertThat(stage.read(task).orElseThrow().getResult().toStringUtf8()).isEqualTo("it");
    }
  }

  @Test
  void whatIsNotThereIsNotEnded() {
    TaskEnvelope task = stage.task("never");

    assertThat(stage.end(task, TaskState.EXPIRED)).isEqualTo(TaskState.TASK_STATE_UNSPECIFIED);
    assertThat(get(stage.results().queued(id(task)))).isEqualTo(TaskState.TASK_STATE_UNSPECIFIED);
    assertThat(stage.read(task)).isEmpty();
  }

  @Test
  void theSameUnderTheSameKeyIsTheSameTask() {
    // given a task under a key
    TaskEnvelope first = stage.task("pay").toBuilder().setIdempotencyKey("key").build();
    Submission submitted = get(stage.results().submitting(first));

    // when the same comes again, under another id
    TaskEnvelope again = stage.task("pay").toBuilder().setIdempotencyKey("key").build();
    Submission repeated = get(stage.results().submitting(again));

    // then it is the first one's, also once that has gone on
    assertThat(submitted).isEqualTo(new Submission(id(first), TaskState.SUBMITTING, false));
    assertThat(repeated).isEqualTo(new Submission(id(first), TaskState.SUBMITTING, true));
    get(stage.results().queued(id(first)));
    assertThat(get(stage.results().submitting(again)).state()).isEqualTo(TaskState.QUEUED);
    assertThat(get(stage.results().first(again)))
        .contains(new Submission(id(first), TaskState.QUEUED, true));
    assertThat(get(stage.results().submitting(first)))
        .isEqualTo(new Submission(id(first), TaskState.QUEUED, false));
    assertThat(stage.read(again)).isEmpty();
  }

  @Test
  void anotherRequestUnderTheSameKeyIsAConflict() {
    // given a task under a key
    TaskEnvelope first = stage.task("pay 1").toBuilder().setIdempotencyKey("key").build();
    get(stage.results().submitting(first));

    // when another payload or model comes under it
    for (TaskEnvelope other :
        List.of(
            stage.task("pay 2").toBuilder().setIdempotencyKey("key").build(),
            stage.task("pay 1").toBuilder().setIdempotencyKey("key").setModel("other").build())) {
      // then it is refused
      assertThatThrownBy(() -> stage.results().submitting(other).toCompletableFuture().join())
          .satisfies(
              failure ->
                  assertThat(TaskRefusal.of(failure).code())
                      .isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT));
      assertThatThrownBy(() -> stage.results().first(other).toCompletableFuture().join())
          .satisfies(
              failure ->
                  assertThat(TaskRefusal.of(failure).code())
                      .isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT));
    }

    // and another tenant's key of the same name is another key
    TaskEnvelope theirs =
        stage.task("pay 2").toBuilder().setIdempotencyKey("key").setTenant("they").build();
    assertThat(get(stage.results().first(theirs))).isEmpty();
    assertThat(get(stage.results().submitting(theirs)).repeated()).isFalse();
    assertThat(get(stage.results().first(theirs)).map(Submission::state))
        .contains(TaskState.SUBMITTING);
    assertThat(get(stage.results().first(stage.task("without a key")))).isEmpty();
  }

  @Test
  void aTaskPastItsDeadlineExpiresAndIsNotRun() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task whose deadline has passed, known or not
      TaskEnvelope known = stage.task("too late", Duration.ofMillis(-50));
      get(stage.results().submitting(known));
      TaskEnvelope unknown = stage.task("too late", Duration.ofMillis(-50));

      // when a worker wants it, then there is nothing to run
      for (TaskEnvelope task : List.of(known, unknown)) {
        assertThat(get(machine.claims().claim(task))).isEmpty();
        assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.EXPIRED);
        assertThat(get(machine.claims().claim(task))).isEmpty();
      }
    }
  }

  @Test
  void overdueTasksAreFoundUntilTheyHaveEnded() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given tasks in all states, two of which are overdue
      Instant soon = Instant.now().plusSeconds(60);
      TaskEnvelope waiting = stage.task("waiting", Duration.ofSeconds(20));
      TaskEnvelope running = stage.task("running", Duration.ofSeconds(30));
      TaskEnvelope done = stage.task("done", Duration.ofSeconds(10));
      TaskEnvelope later = stage.task("later", Duration.ofSeconds(90));
      for (TaskEnvelope task : List.of(waiting, running, done, later)) {
        get(stage.results().submitting(task));
      }
      Claim claim = get(machine.claims().claim(done)).orElseThrow();
      get(machine.claims().done(claim, ByteString.EMPTY));
      Claim late = get(machine.claims().claim(running)).orElseThrow();

      // when the overdue ones are asked for
      List<TaskId> overdue =
          ours(get(stage.results().overdue(soon, 1_000)), waiting, running, done, later);

      // then it is those two, the longest overdue first, until they are ended
      assertThat(overdue).containsExactly(id(waiting), id(running));
      overdue.forEach(
          id -> get(stage.results().end(id, TaskState.EXPIRED, "expired", "late", soon)));
      assertThat(ours(get(stage.results().overdue(soon, 1_000)), waiting, running, done, later))
          .isEmpty();
      assertThat(get(machine.claims().done(late, ByteString.EMPTY))).isFalse();
    }
  }

  /** Other tests' tasks may lie in the same store. */
  private static List<TaskId> ours(List<TaskId> found, TaskEnvelope... tasks) {
    List<TaskId> ours = new ArrayList<>(found);
    ours.retainAll(List.of(tasks).stream().map(TaskStage::id).toList());
    return ours;
  }

  @Test
  void aTenantSeesItsOwnTasksTheNewestFirst() {
    // given five tasks of one tenant and one of another
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TaskEnvelope task = stage.task("t").toBuilder().setCreatedAtMillis(1_000_000 + i).build();
      get(stage.results().submitting(task));
      ids.add(0, task.getTaskId());
    }
    get(stage.results().submitting(stage.task("x").toBuilder().setTenant("another").build()));
    String tenant = "tenant-" + stage.fingerprint;

    // when pages of two are read
    List<TaskRecord> first = get(stage.results().list(tenant, 2, Optional.empty()));
    List<TaskRecord> second =
        get(stage.results().list(tenant, 2, Optional.of(new TaskId(first.get(1).getTaskId()))));
    List<TaskRecord> third =
        get(stage.results().list(tenant, 2, Optional.of(new TaskId(second.get(1).getTaskId()))));

    // then together they are all of its own, in order
    List<TaskRecord> all = new ArrayList<>(first);
    all.addAll(second);
    all.addAll(third);
    assertThat(all).extracting(TaskRecord::getTaskId).isEqualTo(ids);
    assertThat(get(stage.results().list("nobody", 2, Optional.empty()))).isEmpty();
  }

  @Test
  void waitingTasksAreCounted() {
    CompletableFuture<ByteString> gate = new CompletableFuture<>();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(2, claims -> claims, (in, progress) -> gate, stage.settings())) {
      // given a worker that holds two tasks
      for (int i = 0; i < 5; i++) {
        stage.accept(stage.task("t" + i));
      }

      // then three wait, and none once it goes on
      Eventually.passes(
          "three wait",
          LIMIT,
          () -> {
            assertThat(get(stage.queue().depth(stage.model, stage.fingerprint))).hasValue(3);
            assertThat(worker.inFlight()).isEqualTo(2);
          });
      gate.complete(ByteString.EMPTY);
      Eventually.passes(
          "none waits",
          LIMIT,
          () -> assertThat(get(stage.queue().depth(stage.model, stage.fingerprint))).hasValue(0));
    }
  }

  @Test
  void aDrainedWorkerFinishesWhatItHasAndTakesNothingMore() {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                1,
                claims -> claims,
                (input, progress) -> {
                  runs.incrementAndGet();
                  return answer;
                },
                stage.settings())) {
      // given a worker on its task, and another that waits
      TaskEnvelope held = stage.accept(stage.task("held"));
      Eventually.isTrue("it runs", LIMIT, () -> runs.get() == 1);
      TaskEnvelope waiting = stage.accept(stage.task("waiting"));

      // when it is drained
      var drained = worker.drain().toCompletableFuture();
      assertThat(drained).isNotDone();
      answer.complete(ByteString.EMPTY);
      get(drained);

      // then it finished what it had, and the other one waits for another worker
      assertThat(stage.awaitEnd(held).getState()).isEqualTo(TaskState.DONE);
      assertThat(runs).hasValue(1);
      try (TaskStage.Machine next = stage.machine();
          TaskWorker other = next.work(CAPITALS)) {
        assertThat(stage.awaitEnd(waiting).getState()).isEqualTo(TaskState.DONE);
        Eventually.isTrue("it is well", LIMIT, () -> other.health().isEmpty());
      }
    }
  }

  @Test
  void aRejectedInputFailsAtOnce() {
    TypedModel picky =
        (input, progress) ->
            input.toStringUtf8().equals("bad")
                ? CompletableFuture.failedFuture(
                    new TypedModel.Rejected("invalid_request", "the text is bad"))
                : CompletableFuture.completedFuture(capitals(input));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(picky)) {
      TaskRecord bad = stage.awaitEnd(stage.accept(stage.task("bad")));
      TaskRecord good = stage.awaitEnd(stage.accept(stage.task("good")));

      assertThat(bad.getState()).isEqualTo(TaskState.FAILED);
      assertThat(bad.getErrorCode()).isEqualTo("invalid_request");
      assertThat(bad.getErrorMessage()).isEqualTo("the text is bad");
      assertThat(bad.getAttempt()).isEqualTo(1);
      assertThat(good.getState()).isEqualTo(TaskState.DONE);
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void anAnswerOverTheLimitFails() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                (input, progress) ->
                    CompletableFuture.completedFuture(ByteString.copyFrom(new byte[65_537])))) {
      TaskRecord record = stage.awaitEnd(stage.accept(stage.task("long")));

      assertThat(record.getState()).isEqualTo(TaskState.FAILED);
      assertThat(record.getErrorCode()).isEqualTo("too_large");
      assertThat(record.getErrorMessage()).contains("65537").contains("max-result-size");
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void poisonIsGivenUpAndCanBeRetriedOrDropped() {
    AtomicBoolean cured = new AtomicBoolean();
    AtomicInteger runs = new AtomicInteger();
    TypedModel touchy =
        (input, progress) -> {
          if (input.toStringUtf8().equals("poison") && !cured.get()) {
            runs.incrementAndGet();
            return CompletableFuture.failedFuture(new IllegalStateException("broken"));
          }
          return CompletableFuture.completedFuture(capitals(input));
        };
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(touchy)) {
      // given two tasks that the model cannot stand, and one that it can
      TaskEnvelope poison = stage.accept(stage.task("poison"));
      TaskEnvelope other = stage.accept(stage.task("poison"));
      TaskEnvelope fine = stage.accept(stage.task("fine"));

      // then they have failed after so many attempts, and the other one is done
      TaskRecord record = stage.awaitEnd(poison);
      assertThat(record.getState()).isEqualTo(TaskState.FAILED);
      assertThat(record.getErrorCode()).isEqualTo(TaskNames.POISON);
      assertThat(record.getErrorMessage()).contains("IllegalStateException").contains("5 times");
      assertThat(stage.awaitEnd(other).getState()).isEqualTo(TaskState.FAILED);
      assertThat(runs).hasValue(10);
      assertThat(stage.awaitEnd(fine).getState()).isEqualTo(TaskState.DONE);
      Eventually.isTrue("both are kept apart", LIMIT, () -> dead(poison, other).size() == 2);

      // and looking at them takes nothing away; a broker takes a moment to put them back
      Eventually.passes(
          "both are still there",
          LIMIT,
          () ->
              assertThat(dead(poison, other))
                  .hasSize(2)
                  .allSatisfy(dead -> assertThat(dead.reason()).isNotBlank()));

      // when one is retried on a model that is cured, and the other one dropped
      cured.set(true);
      get(stage.desk(stage.queue()).givenUp().retry(id(poison)));
      Eventually.isTrue("it is dropped", LIMIT, () -> dropped(other));

      // then one is done, and nothing is kept apart any more
      assertThat(stage.awaitEnd(poison).getState()).isEqualTo(TaskState.DONE);
      assertThat(stage.read(other).orElseThrow().getState()).isEqualTo(TaskState.FAILED);
      assertThat(dead(poison, other)).isEmpty();
      assertThat(get(stage.queue().retryDead(id(poison), CompletableFuture::completedStage)))
          .isFalse();
      assertThat(dropped(other)).isFalse();
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  private boolean dropped(TaskEnvelope task) {
    return get(stage.queue().dropDead(id(task), dead -> CompletableFuture.completedStage(null)));
  }

  private List<DeadTask> dead(TaskEnvelope... tasks) {
    List<String> ids = List.of(tasks).stream().map(TaskEnvelope::getTaskId).toList();
    return get(stage.queue().dead(1_000)).stream()
        .filter(dead -> ids.contains(dead.task().getTaskId()))
        .toList();
  }

  @Test
  void aModelThatHangsLosesItsTaskAndNoOther() {
    TypedModel hanging =
        (input, progress) ->
            input.toStringUtf8().equals("hang")
                ? new CompletableFuture<>()
                : CompletableFuture.completedFuture(capitals(input));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                4,
                claims -> claims,
                hanging,
                stage.settings().withRunLimit(Duration.ofMillis(100)))) {
      TaskEnvelope hang = stage.accept(stage.task("hang"));
      TaskEnvelope fine = stage.accept(stage.task("fine"));

      assertThat(stage.awaitEnd(fine).getState()).isEqualTo(TaskState.DONE);
      TaskRecord record = stage.awaitEnd(hang);
      assertThat(record.getErrorCode()).isEqualTo(TaskNames.POISON);
      assertThat(record.getErrorMessage()).contains("no answer within");
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(Dying.Step.class)
  void aWorkerThatDiesBetweenTwoStepsLosesNothing(Dying.Step last) {
    CompletableFuture<Dying> dying = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    TypedModel counting =
        (input, progress) ->
            CompletableFuture.completedFuture(
                ByteString.copyFromUtf8("run " + runs.incrementAndGet()));
    TaskStage.Machine first = stage.machine();
    TaskWorker doomed =
        first.work(
            4,
            claims -> {
              Dying made = new Dying(claims, last);
              dying.complete(made);
              return made;
            },
            counting,
            stage.settings());
    // given a worker that dies right after a step
    TaskEnvelope task = stage.accept(stage.task("survivor"));
    assertThat(get(dying.join().died())).isEqualTo(last);
    Optional<ByteString> before = stage.read(task).map(TaskRecord::getResult);
    first.die();
    doomed.close();

    // when another one comes
    try (TaskStage.Machine second = stage.machine();
        TaskWorker worker = second.work(counting)) {
      TaskRecord record = stage.awaitEnd(task);

      // then the task is done, and what was once visible has not changed
      assertThat(record.getState()).isEqualTo(TaskState.DONE);
      boolean stored = last == Dying.Step.STORED;
      if (stored) {
        assertThat(record.getResult()).isEqualTo(before.orElseThrow());
      }
      assertThat(record.getResult().toStringUtf8()).isEqualTo("run " + runs.get());
      assertThat(runs.get()).isEqualTo(last == Dying.Step.COMPUTED ? 2 : 1);
      assertThat(record.getAttempt()).isEqualTo(stored || last == Dying.Step.TAKEN ? 1 : 2);
      // and its place in the queue is given up
      Eventually.passes(
          "the queue is empty",
          LIMIT,
          () -> {
            assertThat(get(stage.queue().depth(stage.model, stage.fingerprint))).hasValue(0);
            assertThat(worker.inFlight()).isZero();
          });
      assertThat(stage.read(task)).contains(record);
    }
  }

  @Test
  void aTaskThatEndsItsWorkerTakesNoOthersAlong() {
    // given one deadly task among others
    AtomicBoolean killed = new AtomicBoolean();
    TypedModel fragile =
        (input, progress) -> {
          if (input.toStringUtf8().equals("deadly")) {
            killed.set(true);
            return new CompletableFuture<>();
          }
          return killed.get()
              ? new CompletableFuture<>()
              : CompletableFuture.completedFuture(capitals(input));
        };
    List<TaskEnvelope> innocent = new ArrayList<>();
    TaskEnvelope deadly;
    try (TaskStage.Machine first = stage.machine()) {
      first.work(8, claims -> claims, fragile, stage.settings());
      deadly = stage.accept(stage.task("deadly"));
      for (int i = 0; i < 6; i++) {
        innocent.add(stage.accept(stage.task("innocent " + i)));
      }
      Eventually.isTrue("it kills", LIMIT, killed::get);
    }

    // when it ends worker after worker
    for (int death = 1; stage.read(deadly).orElseThrow().getFinishedAtMillis() == 0; death++) {
      assertThat(death).as("workers ended by it").isLessThanOrEqualTo(6);
      killed.set(false);
      try (TaskStage.Machine next = stage.machine()) {
        next.work(8, claims -> claims, fragile, stage.settings());
        Eventually.isTrue(
            "it kills again or is given up",
            LIMIT,
            () -> killed.get() || stage.read(deadly).orElseThrow().getFinishedAtMillis() > 0);
      }
    }

    // then it is given up, and all others are done
    killed.set(false);
    try (TaskStage.Machine last = stage.machine();
        TaskWorker worker = last.work(CAPITALS)) {
      assertThat(stage.awaitEnd(deadly).getErrorCode()).isEqualTo(TaskNames.POISON);
      for (TaskEnvelope task : innocent) {
        assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE);
      }
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aSecondWorkerSharesTheLoad() {
    AtomicInteger ofFirst = new AtomicInteger();
    AtomicInteger ofSecond = new AtomicInteger();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    try (TaskStage.Machine one = stage.machine();
        TaskWorker first = one.work(4, claims -> claims, held(ofFirst, goOn), stage.settings());
        TaskStage.Machine two = stage.machine();
        TaskWorker second = two.work(4, claims -> claims, held(ofSecond, goOn), stage.settings())) {
      List<TaskEnvelope> tasks = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        tasks.add(stage.accept(stage.task("t" + i)));
      }

      // Neither has taken what the other has room for.
      Eventually.isTrue("both are busy", LIMIT, () -> ofFirst.get() == 4 && ofSecond.get() == 4);
      goOn.complete(null);
      tasks.forEach(task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
      assertThat(ofFirst.get() + ofSecond.get()).isEqualTo(60);
      Eventually.isTrue("it is well", LIMIT, () -> first.health().isEmpty());
      Eventually.isTrue("it is well", LIMIT, () -> second.health().isEmpty());
    }
  }

  private static TypedModel held(AtomicInteger runs, CompletableFuture<Void> goOn) {
    return (input, progress) -> {
      runs.incrementAndGet();
      return goOn.thenApply(open -> capitals(input));
    };
  }
}
