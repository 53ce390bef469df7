package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Accepted;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The result store goes away, or forgets everything. */
@Tag("server")
class RedisFaultsTest {

  @Test
  void unfinishedTasksFinishThoughTheStoreHasForgottenEverything() {
    RedisServer redis = RedisServer.own();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    AtomicInteger begun = new AtomicInteger();
    try (TaskStage stage = stage(redis);
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                4,
                claims -> claims,
                (input, progress) -> {
                  begun.incrementAndGet();
                  return gate.thenApply(open -> TaskContract.capitals(input));
                },
                stage.settings())) {
      // given tasks that run and tasks that wait
      List<TaskEnvelope> tasks = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        tasks.add(stage.accept(stage.task("t" + i)));
      }
      Eventually.isTrue("four run", LIMIT, () -> begun.get() == 4);

      // when everything is forgotten
      redis.flush();
      gate.complete(null);

      // then all of them finish
      for (TaskEnvelope task : tasks) {
        assertThat(stage.awaitEnd(task).getState()).isEqualTo(TaskState.DONE);
      }
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    } finally {
      redis.kill();
    }
  }

  @Test
  void whatIsForgottenIsResultsAndKeys() {
    RedisServer redis = RedisServer.own();
    try (TaskStage stage = stage(redis);
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      Eventually.isTrue("it takes tasks", LIMIT, () -> worker.health().isEmpty());
      stage.awaitEnd(stage.accept(stage.task("before")));
      TaskDesk desk = stage.desk(stage.queue());
      Accepted first = get(desk.submit(stage.submit("order-7")));
      assertThat(get(desk.submit(stage.submit("order-7"))).repeated()).isTrue();

      redis.flush();

      // then the same key is a new task's, as the promise says, and that is run as well
      Accepted second = get(desk.submit(stage.submit("order-7")));
      assertThat(second.repeated()).isFalse();
      assertThat(second.record().getTaskId()).isNotEqualTo(first.record().getTaskId());
      TaskId id = new TaskId(second.record().getTaskId());
      Eventually.isTrue(
          "it is done",
          LIMIT,
          () -> get(desk.read(stage.tenant(), id)).getState() == TaskState.DONE);
    } finally {
      redis.kill();
    }
  }

  @Test
  void submitsAreRefusedWhileTheStoreIsAwayAndTasksGoOnWhenItIsBack() {
    RedisServer redis = RedisServer.own();
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    try (TaskStage stage = stage(redis);
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                1,
                claims -> claims,
                (input, progress) -> {
                  runs.incrementAndGet();
                  return answer;
                },
                stage.settings())) {
      // given a task that runs and one that waits
      TaskEnvelope running = stage.accept(stage.task("running"));
      Eventually.isTrue("it runs", LIMIT, () -> runs.get() == 1);
      TaskEnvelope waiting = stage.accept(stage.task("waiting"));

      // when the store dies
      redis.kill();

      // then it is told on both sides, and nothing hangs
      Eventually.isTrue("the gateway sees it", LIMIT, () -> stage.unavailable().isPresent());
      Eventually.isTrue("the worker sees it", LIMIT, () -> worker.health().isPresent());
      assertThat(stage.unavailable().orElseThrow().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      var refused =
          stage
              .results()
              .submitting(stage.task("refused"))
              .handle((submitted, failure) -> TaskRefusal.of(failure));
      assertThat(get(refused).code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      answer.complete(ByteString.copyFromUtf8("kept"));

      // when it is back, with nothing in it
      redis.restart();

      // then the answer that was kept is stored, without a second run, and the next task is run
      assertThat(stage.awaitEnd(running).getResult().toStringUtf8()).isEqualTo("kept");
      assertThat(stage.awaitEnd(waiting).getState()).isEqualTo(TaskState.DONE);
      assertThat(runs).hasValue(2);
      Eventually.isTrue("so is the gateway", LIMIT, () -> stage.unavailable().isEmpty());
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    } finally {
      redis.kill();
    }
  }

  private static TaskStage stage(RedisServer redis) {
    return TaskStage.open(
        Map.of(
            "remuda.tasks.queue", RabbitServer.shared().url(),
            "remuda.tasks.results", redis.url(),
            "remuda.tasks.timeout", "1s"));
  }
}
