package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of tasks whose model evolves while they wait, whichever servers keep them. */
@Tag("server")
abstract class EvolvedTasksContract {

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

  @Test
  void tasksThatWaitInTheQueueOfTheSchemaBeforeAreRun() {
    // given tasks that were accepted, and the only instance of their schema gone
    List<TaskEnvelope> tasks = new ArrayList<>();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker old = machine.work((input, progress) -> new CompletableFuture<>())) {
      for (int i = 0; i < 20; i++) {
        tasks.add(stage.accept(stage.task("t" + i)));
      }
      Eventually.isTrue("it holds some", LIMIT, () -> old.inFlight() > 0);
    }

    // when instances of a schema come that took its place
    try (InstanceStage next = InstanceStage.evolved(stage, 2)) {
      // then they run them, and those that a gateway accepts late
      tasks.add(stage.accept(stage.task("late")));
      TaskEnvelope own =
          stage.accept(
              stage.task("own").toBuilder().setSchemaFingerprint("e" + stage.fingerprint).build());
      for (TaskEnvelope task : tasks) {
        TaskRecord record = stage.awaitEnd(task);
        assertThat(record.getState()).isEqualTo(TaskState.DONE);
        assertThat(record.getSchemaFingerprint()).isEqualTo(stage.fingerprint);
      }
      assertThat(stage.awaitEnd(own).getResult().toStringUtf8()).isEqualTo("OWN");
      Eventually.isTrue("the permits are back", LIMIT, () -> next.gate.inFlight() == 0);
      Eventually.isTrue("it takes tasks", LIMIT, () -> next.duty.facet().taking());
      get(next.duty.drain());
    }
  }
}
