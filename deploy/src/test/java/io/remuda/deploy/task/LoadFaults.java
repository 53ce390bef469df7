package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import com.google.protobuf.ByteString;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Servers that die or forget while a client submits without a pause and a worker works. */
final class LoadFaults {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(3);
  private static final Duration WORK = Duration.ofMillis(20);

  /** Longer than any stall of the machine: a task that expired in one was not lost. */
  private static final Duration LIVES = Duration.ofHours(2);

  private static final Set<TaskState> OVER =
      Set.of(TaskState.DONE, TaskState.FAILED, TaskState.EXPIRED, TaskState.CANCELLED);
  private static final int ACCEPTED_BETWEEN = 20;

  /** Tasks not yet judged: a client that outran the worker would make each round longer. */
  private static final int MOST_OPEN = 200;

  private final Queue<TaskEnvelope> accepted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger acceptedInAll = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();
  private final Set<String> ran = ConcurrentHashMap.newKeySet();
  private volatile boolean on = true;

  /**
   * @param fault kills the server and starts it again, or makes it forget
   */
  FaultCount run(FaultPoint point, int kills, String broker, String results, Runnable fault)
      throws InterruptedException {
    FaultCount count = new FaultCount(point);
    try (TaskStage stage =
            TaskStage.open(
                Map.of(
                    "remuda.tasks.queue",
                    broker,
                    "remuda.tasks.results",
                    results,
                    // Else the first kill loses the queue that was made just before it.
                    "remuda.tasks.queue-settle",
                    "5s",
                    "remuda.tasks.timeout",
                    "3s"));
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(4, claims -> claims, (input, progress) -> work(input), stage.settings())) {
      stage.awaitEnd(stage.accept(stage.task("a first one, so that there is a queue")));
      Thread client = new Thread(() -> submitAll(stage), "client");
      client.setDaemon(true);
      client.start();
      for (int i = 0; i < kills; i++) {
        awaitAccepted();
        Map<String, ByteString> seen = seen(stage);
        fault.run();
        count.killed();
        // What had not run by now must not be forgotten by anybody.
        Set<String> ranByThen = Set.copyOf(ran);
        awaitAccepted();
        judge(stage, count, seen, ranByThen);
      }
      on = false;
      client.join(PATIENCE.toMillis());
      judge(stage, count, Map.of(), Set.of());
      Eventually.isTrue("the worker is well", PATIENCE, () -> worker.health().isEmpty());
    } finally {
      on = false;
    }
    count.refused = refused.get();
    return count;
  }

  /** Each run answers another thing, so that a second result would show. */
  private CompletableFuture<ByteString> work(ByteString input) {
    String text = input.toStringUtf8();
    return CompletableFuture.supplyAsync(
        () -> {
          ran.add(text);
          return ByteString.copyFromUtf8(text + " run " + runs.incrementAndGet());
        },
        CompletableFuture.delayedExecutor(WORK.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void submitAll(TaskStage stage) {
    for (int i = 0; on; i++) {
      if (accepted.size() >= MOST_OPEN) {
        LockSupport.parkNanos(PAUSE.toNanos());
        continue;
      }
      TaskEnvelope task = stage.task("task " + i, LIVES);
      if (submitted(stage, task)) {
        accepted.add(task);
        acceptedInAll.incrementAndGet();
      } else {
        refused.incrementAndGet();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static boolean submitted(TaskStage stage, TaskEnvelope task) {
    try {
      get(stage.results().submitting(task));
      if (get(stage.queue().publish(task)).isPresent()) {
        return false;
      }
    } catch (AssertionError away) {
      return false;
    }
    // As a gateway does: the queue has it, whether or not the store can be told.
    stage.results().queued(TaskStage.id(task));
    return true;
  }

  private void awaitAccepted() {
    int before = acceptedInAll.get();
    Eventually.isTrue(
        "tasks are accepted", PATIENCE, () -> acceptedInAll.get() >= before + ACCEPTED_BETWEEN);
  }

  private Map<String, ByteString> seen(TaskStage stage) {
    Map<String, ByteString> seen = new HashMap<>();
    accepted.forEach(
        task -> result(stage, task).ifPresent(result -> seen.put(task.getTaskId(), result)));
    return seen;
  }

  /** Waits for the end of all that was accepted until now, and counts it. */
  private void judge(
      TaskStage stage, FaultCount count, Map<String, ByteString> seen, Set<String> ranByThen) {
    for (TaskEnvelope task : List.copyOf(accepted)) {
      accepted.remove();
      count.accepted++;
      boolean mayBeForgotten = ranByThen.contains(task.getPayload().toStringUtf8());
      Optional<ByteString> result = ended(stage, task, mayBeForgotten);
      if (result.isPresent()) {
        count.done++;
        ByteString first = seen.get(task.getTaskId());
        if (first != null && !first.equals(result.get())) {
          count.second++;
        }
      } else if (mayBeForgotten) {
        count.forgotten++;
      }
    }
  }

  private static Optional<ByteString> ended(
      TaskStage stage, TaskEnvelope task, boolean mayBeForgotten) {
    try {
      return Eventually.find(
          "task " + task.getTaskId() + " has ended",
          PATIENCE,
          () -> {
            Optional<TaskRecord> record = stage.read(task);
            if (record.isEmpty() && mayBeForgotten) {
              return Optional.of(Optional.<ByteString>empty());
            }
            return record
                .filter(found -> OVER.contains(found.getState()))
                .map(found -> doneOrTold(task, found));
          });
    } catch (AssertionError lost) {
      System.err.println(lost.getMessage());
      return Optional.empty();
    }
  }

  /** An end that is not the one it should have is told at once, not waited for. */
  private static Optional<ByteString> doneOrTold(TaskEnvelope task, TaskRecord record) {
    if (record.getState() == TaskState.DONE) {
      return Optional.of(record.getResult());
    }
    System.err.println("task " + task.getTaskId() + " ended " + record.getState());
    return Optional.empty();
  }

  private static Optional<ByteString> result(TaskStage stage, TaskEnvelope task) {
    return stage
        .read(task)
        .filter(record -> record.getState() == TaskState.DONE)
        .map(TaskRecord::getResult);
  }
}
