package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Records that a store has lost and a worker makes anew, of tasks that were revived before. */
@Tag("server")
abstract class RemadeRecordsContract {

  private TaskStage stage;

  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private TaskEnvelope revived(int times) {
    return stage.task("given up before").toBuilder().setRevivals(times).build();
  }

  @Test
  void aBurialOfBeforeItsRevivalDoesNotEndATaskWhoseRecordWasLost() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a revived task that runs, its record made anew
      TaskEnvelope task = revived(2);
      assertThat(get(machine.claims().claim(task))).isPresent();

      // when a gateway writes down how it ended the time before
      TaskState state =
          get(stage.results().bury(id(task), 1, "its queue gave it up", Instant.now()));

      // then it runs on, and the burial of this time counts
      assertThat(state).isEqualTo(TaskState.RUNNING);
      assertThat(get(stage.results().bury(id(task), 2, "again", Instant.now())))
          .isEqualTo(TaskState.FAILED);
    }
  }

  @Test
  void aTaskWhoseRecordWasLostWhileItRanIsRevivedOnceMoreThanBefore() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a revived task that is given up, its record lost since the claim
      TaskEnvelope task = revived(2);
      Claims.Claim claim = new Claims.Claim(task, 5, "of before");
      assertThat(get(machine.claims().failed(claim, TaskNames.POISON, "5 times"))).isTrue();

      assertThat(get(stage.results().revive(id(task), Instant.now()))).hasValue(3);
    }
  }
}
