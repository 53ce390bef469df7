package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.task.Consumption;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a task whose letter an operator drops before any gateway has seen to its end. */
@Tag("server")
abstract class DroppedLettersContract {

  private TaskStage stage;

  /** Where the queue and the store are. */
  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void itHasFailedAtOnceAndSaysWhy() {
    TaskEnvelope task = givenUp();
    assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.QUEUED);

    get(stage.desk(stage.queue()).givenUp().drop(id(task)));

    TaskRecord record = stage.read(task).orElseThrow();
    assertThat(record.getState()).isEqualTo(TaskState.FAILED);
    assertThat(record.getErrorCode()).isEqualTo(TaskNames.DEAD_LETTERED);
    assertThat(record.getErrorMessage()).contains("operator").contains("dropped");
    assertThat(isListed(task)).isFalse();
  }

  @Test
  void itStaysGivenUpWhenItsEndCannotBeWrittenDown() {
    TaskEnvelope task = givenUp();

    assertThatThrownBy(
            () ->
                get(
                    stage
                        .queue()
                        .dropDead(
                            id(task),
                            dead ->
                                CompletableFuture.failedStage(
                                    new IllegalStateException("the store is away")))))
        .isInstanceOf(AssertionError.class);

    // A broker may take a moment to put it back.
    Eventually.isTrue("it is still listed", LIMIT, () -> isListed(task));
  }

  /** A task that a worker gives up without a word in its record. */
  private TaskEnvelope givenUp() {
    try (TaskStage.Machine machine = stage.machine();
        Consumption consumption =
            machine
                .source()
                .consume(
                    stage.model,
                    stage.fingerprint,
                    8,
                    delivery ->
                        CompletableFuture.completedStage(Verdict.dead("it cannot be done")))) {
      TaskEnvelope task = stage.accept(stage.task("hopeless"));
      Eventually.isTrue("it is given up", LIMIT, () -> isListed(task));
      Eventually.isTrue("none is under way", LIMIT, () -> consumption.inFlight() == 0);
      return task;
    }
  }

  private boolean isListed(TaskEnvelope task) {
    return get(stage.queue().dead(1_000)).stream()
        .anyMatch(dead -> dead.task().getTaskId().equals(task.getTaskId()));
  }
}
