package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.node.task.Claims.Claim;
import io.remuda.node.task.Claims.Seen;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a worker sees of its tasks' records, whichever store keeps them. */
@Tag("server")
abstract class StoppedTasksContract {

  private TaskStage stage;

  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    Map<String, Object> all = new HashMap<>(places());
    all.put("remuda.tasks.look-interval", "50ms");
    stage = TaskStage.open(all);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = TaskState.class,
      names = {"EXPIRED", "CANCELLED"})
  void aRunningTaskThatEndsIsStopped(TaskState end) {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                (input, progress) -> {
                  begun.complete(true);
                  return answer;
                })) {
      TaskEnvelope task = stage.accept(stage.task("long"));
      assertThat(get(begun)).isTrue();

      assertThat(stage.end(task, end)).isEqualTo(end);

      Eventually.isTrue("the model is told", LIMIT, answer::isCancelled);
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
      assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(end);
      assertThat(stage.read(task).orElseThrow().getAttempt()).isEqualTo(1);
    }
  }

  @Test
  void aLookTellsWhatIsKnownAndChangesNothing() {
    try (TaskStage.Machine machine = stage.machine()) {
      Claims claims = machine.claims();
      TaskEnvelope task = stage.task("seen");
      assertThat(get(claims.look(task)).known()).isFalse();

      get(stage.results().submitting(task));
      assertThat(get(claims.look(task))).isEqualTo(new Seen(true, false, 0, ""));
      assertThat(get(claims.look(task))).isEqualTo(new Seen(true, false, 0, ""));

      Claim first = get(claims.claim(task)).orElseThrow();
      Seen held = get(claims.look(task));
      assertThat(held).isEqualTo(new Seen(true, false, 1, first.nonce()));
      assertThat(held.isPast(first)).isFalse();

      Claim second = get(claims.claim(task)).orElseThrow();
      assertThat(get(claims.look(task)).isPast(first)).isTrue();
      get(claims.done(second, ByteString.EMPTY));
      assertThat(get(claims.look(task))).isEqualTo(new Seen(true, true, 2, second.nonce()));
    }
  }
}
