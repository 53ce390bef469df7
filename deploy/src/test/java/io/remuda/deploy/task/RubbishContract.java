package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Messages in a model's queue that are no tasks, whichever server it lies on. */
@Tag("server")
abstract class RubbishContract {

  TaskStage stage;

  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /** How many of this are kept apart for an operator. */
  long dead(TaskEnvelope rubbish) {
    TaskEnvelope listed = rubbish.toBuilder().clearPayload().build();
    return get(stage.queue().dead(1_000)).stream()
        .filter(dead -> dead.task().equals(listed))
        .count();
  }

  void isKeptApartAndTasksGoOn(TaskEnvelope rubbish, Runnable publish) {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      stage.awaitEnd(stage.accept(stage.task("before")));
      long before = dead(rubbish);

      publish.run();

      Eventually.isTrue("it is kept apart", LIMIT, () -> dead(rubbish) == before + 1);
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
      assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
          .isEqualTo(TaskState.DONE);
    }
  }

  @Test
  void aTaskWithoutAnIdIsKeptApart() {
    TaskEnvelope rubbish = stage.task("nobody's").toBuilder().clearTaskId().build();

    isKeptApartAndTasksGoOn(
        rubbish, () -> assertThat(get(stage.queue().publish(rubbish))).isEmpty());
  }
}
