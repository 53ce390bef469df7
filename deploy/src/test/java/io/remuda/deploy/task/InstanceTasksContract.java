package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Admission.Permit;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UntypedPayload;
import io.remuda.protocol.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an instance does with durable tasks, whichever servers are behind them. */
@Tag("server")
abstract class InstanceTasksContract {

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

  private TaskRecord ended(String input) {
    return stage.awaitEnd(stage.accept(stage.task(input)));
  }

  @Test
  void aTaskGoesTheWayOfASynchronousCall() {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 0)) {
      TaskRecord record = ended("hello");

      assertThat(record.getState()).isEqualTo(TaskState.DONE);
      assertThat(record.getResult().toStringUtf8()).isEqualTo("HELLO");
      Eventually.isTrue("the permit is back", LIMIT, () -> instance.gate.inFlight() == 0);
      Eventually.isTrue("it says that it takes tasks", LIMIT, () -> instance.duty.facet().taking());
    }
  }

  @Test
  void aModelWithoutASchemaIsAskedAtThePathThatItsTaskNames() {
    try (InstanceStage instance = InstanceStage.chatting(stage, 1)) {
      TaskRecord chat = untyped("/v1/chat/completions", "{\"messages\":[]}");
      TaskRecord bad = untyped("/v1/chat/completions", "{\"bad\":1}");
      TaskRecord broken = untyped("/v1/chat/completions", "{\"broken\":1}");
      TaskRecord elsewhere = untyped("/v1/embeddings", "{\"input\":1}");

      assertThat(chat.getState()).isEqualTo(TaskState.DONE);
      assertThat(chat.getResult().toStringUtf8()).isEqualTo("{\"heard\":{\"messages\":[]}}");
      assertThat(bad.getErrorCode()).isEqualTo("invalid_request");
      assertThat(bad.getErrorMessage()).isEqualTo("no messages");
      assertThat(broken.getErrorMessage()).contains("broken JSON");
      assertThat(elsewhere.getErrorCode()).isEqualTo("not_supported");
      assertThat(elsewhere.getErrorMessage()).contains("/v1/chat/completions");
      Eventually.isTrue("all permits are back", LIMIT, () -> instance.gate.inFlight() == 0);
    }
  }

  private TaskRecord untyped(String path, String body) {
    return stage.awaitEnd(
        stage.accept(
            stage.task("").toBuilder()
                .setSchemaFingerprint("")
                .setPayload(UntypedPayload.of(path, body.getBytes(StandardCharsets.UTF_8)))
                .build()));
  }

  @Test
  void aModelThatThrowsOrHangsLosesItsOwnTasksOnly() {
    try (InstanceStage instance = InstanceStage.impatient(stage, 1, 2)) {
      TaskEnvelope throwing = stage.accept(stage.task("throw"));
      TaskEnvelope hanging = stage.accept(stage.task("hang"));
      TaskEnvelope odd = stage.accept(stage.task("status"));
      TaskEnvelope fine = stage.accept(stage.task("fine"));

      assertThat(stage.awaitEnd(fine).getState()).isEqualTo(TaskState.DONE);
      for (TaskEnvelope poison : List.of(throwing, hanging, odd)) {
        TaskRecord record = stage.awaitEnd(poison);
        assertThat(record.getState()).isEqualTo(TaskState.FAILED);
        assertThat(record.getErrorCode()).isEqualTo(TaskNames.POISON);
        assertThat(record.getErrorMessage()).contains("3 times").doesNotContain("boom");
        assertThat(record.getAttempt()).isEqualTo(3);
      }
      // A machine that stands still may make its last attempt one without an answer.
      assertThat(stage.read(odd).orElseThrow().getErrorMessage())
          .matches("the model (answered with status 500|gave no answer within .*), 3 times");
      // and what hung was told to stop, and holds no slot
      Eventually.isTrue("all its calls were ended", LIMIT, () -> instance.cancelled.get() >= 3);
      Eventually.isTrue("all permits are back", LIMIT, () -> instance.gate.inFlight() == 0);
    }
  }

  @Test
  void anAnswerOverTheLimitFailsAtOnceAndIsNotReadToItsEnd() {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 0)) {
      TaskRecord record = ended("much");

      assertThat(record.getState()).isEqualTo(TaskState.FAILED);
      assertThat(record.getErrorCode()).isEqualTo("too_large");
      assertThat(record.getErrorMessage()).contains("more bytes than the 1000");
      assertThat(record.getAttempt()).isEqualTo(1);
      Eventually.isTrue("its call was ended", LIMIT, () -> instance.cancelled.get() == 1);
    }
  }

  @Test
  void anAnswerOfDefaultsOnlyIsDoneAndABadInputFailsAtOnce() {
    try (InstanceStage instance = new InstanceStage(stage, 1, 2, 0)) {
      TaskRecord defaults = ended("defaults");
      TaskRecord bad = ended("bad");

      assertThat(defaults.getState()).isEqualTo(TaskState.DONE);
      assertThat(defaults.getResult()).isEmpty();
      assertThat(bad.getState()).isEqualTo(TaskState.FAILED);
      assertThat(bad.getErrorCode()).isEqualTo("invalid_request");
      assertThat(bad.getErrorMessage()).isEqualTo("the text is bad");
      assertThat(bad.getAttempt()).isEqualTo(1);
      assertThat(instance.runs).hasValue(2);
    }
  }

  @Test
  void tasksWaitForASlotHoweverManyTheyAre() {
    try (InstanceStage instance = new InstanceStage(stage, 1, 1, 8)) {
      Eventually.isTrue("it takes tasks", LIMIT, () -> instance.duty.facet().taking());
      // given a call that holds the only slot
      Permit call = instance.gate.tryAcquire().orElseThrow();
      List<TaskEnvelope> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(stage.accept(stage.task("t" + i)));
      }
      assertThat(instance.runs).hasValue(0);

      call.release();

      tasks.forEach(task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
      assertThat(instance.runs).hasValue(8);
    }
  }

  @Test
  void whatADrainingInstanceHasNotBegunGoesToAnother() {
    List<TaskEnvelope> tasks = new ArrayList<>();
    try (InstanceStage leaving = new InstanceStage(stage, 1, 1, 8)) {
      Eventually.isTrue("it takes tasks", LIMIT, () -> leaving.duty.facet().taking());
      // given an instance that is at its third task when all of them are there
      leaving.holdFrom(3);
      for (int i = 0; i < 30; i++) {
        tasks.add(stage.accept(stage.task("slow" + i)));
      }
      Eventually.isTrue("it works", LIMIT, () -> leaving.runs.get() == 3);

      // when it drains, as a stop does
      leaving.gate.close();
      CompletionStage<Void> drained = leaving.duty.drain();
      leaving.goOn();
      get(drained);

      // then what it had begun is stored, and all the rest is done by the next one
      assertThat(leaving.runs).hasValue(3);
      try (InstanceStage next = new InstanceStage(stage, 2, 1, 8)) {
        tasks.forEach(
            task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
        assertThat(next.runs).hasValue(27);
      }
    }
  }

  @Test
  void anInstanceThatDiesLeavesItsTasksToAnother() {
    List<TaskEnvelope> tasks = new ArrayList<>();
    InstanceStage dying = new InstanceStage(stage, 1, 2, 8);
    for (int i = 0; i < 20; i++) {
      tasks.add(stage.accept(stage.task("slow" + i)));
    }
    Eventually.isTrue("it works", LIMIT, () -> dying.runs.get() > 2);
    dying.die();

    try (InstanceStage next = new InstanceStage(stage, 2, 2, 8)) {
      tasks.forEach(task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
      assertThat(next.duty.facet()).isEqualTo(TaskFacet.TAKING);
    }
    dying.close();
  }

  @Test
  void twoInstancesShareTheWork() {
    try (InstanceStage one = new InstanceStage(stage, 1, 2, 4);
        InstanceStage two = new InstanceStage(stage, 2, 2, 4)) {
      Eventually.isTrue(
          "both take", LIMIT, () -> one.duty.facet().taking() && two.duty.facet().taking());
      one.holdFrom(1);
      two.holdFrom(1);
      List<TaskEnvelope> tasks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        tasks.add(stage.accept(stage.task("slow" + i)));
      }

      // Neither has taken what the other has a slot for. How even it gets is a benchmark's matter.
      Eventually.isTrue("both are busy", LIMIT, () -> one.runs.get() == 2 && two.runs.get() == 2);
      one.goOn();
      two.goOn();
      tasks.forEach(task -> assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE));
      assertThat(one.runs.get() + two.runs.get()).isEqualTo(100);
    }
  }
}
