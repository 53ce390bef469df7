package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import com.google.protobuf.ByteString;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Gateways and workers that die, each a process of its own, and what becomes of their tasks. */
final class PartFaults {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int AHEAD = 1;

  private final String broker;
  private final String results;
  private final Path folder;
  private final List<String> options;

  PartFaults(String broker, String results, Path folder) {
    this.broker = broker;
    this.results = results;
    this.folder = folder;
    this.options = Rehearsal.options(broker, results, folder);
  }

  FaultCount run(FaultPoint point, int kills) {
    FaultCount count = new FaultCount(point);
    Deque<DoomedProcess> ahead = new ArrayDeque<>();
    try (TaskStage stage =
            TaskStage.open(Map.of("remuda.tasks.queue", broker, "remuda.tasks.results", results));
        TaskStage.Machine machine = stage.machine()) {
      try (TaskWorker first = survivor(machine, stage, ConcurrentHashMap.newKeySet())) {
        stage.awaitEnd(stage.accept(stage.task("a first one, so that there is a queue")));
        get(first.drain());
      }
      Map<TaskEnvelope, ByteString> seen = new HashMap<>();
      Set<String> ids = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < kills; i++) {
        while (ahead.size() <= AHEAD && i + ahead.size() < kills) {
          ahead.add(new DoomedProcess(options, point, broker, results, stage.fingerprint, folder));
        }
        try (DoomedProcess doomed = ahead.remove()) {
          if (point.ofGateway()) {
            gatewayDies(stage, machine, doomed, "key-" + i, count, ids);
          } else {
            workerDies(point, stage, machine, doomed, count, seen);
          }
        }
      }
      // All kills later, every result is still what it was.
      seen.forEach(
          (task, result) -> {
            if (!result(stage, task).equals(Optional.of(result))) {
              count.second++;
            }
          });
      if (point.ofGateway()) {
        count.second += Math.max(0, tasksOf(stage, kills) - kills);
      }
    } finally {
      ahead.forEach(DoomedProcess::close);
    }
    return count;
  }

  private static void workerDies(
      FaultPoint point,
      TaskStage stage,
      TaskStage.Machine machine,
      DoomedProcess doomed,
      FaultCount count,
      Map<TaskEnvelope, ByteString> seen) {
    TaskEnvelope task = stage.accept(stage.task("task " + count.kills));
    count.accepted++;
    doomed.begin("go");
    doomed.awaitDeath();
    count.killed();
    Optional<ByteString> before = result(stage, task);
    Set<String> again = ConcurrentHashMap.newKeySet();
    try (TaskWorker survivor = survivor(machine, stage, again)) {
      boolean redelivered = point != FaultPoint.WORKER_ACKNOWLEDGED;
      Eventually.isTrue(
          "the task is done, and its message gone",
          PATIENCE,
          () ->
              result(stage, task).isPresent()
                  && (!redelivered || again.contains(task.getTaskId()))
                  && survivor.inFlight() == 0);
      get(survivor.drain());
    }
    ByteString after = result(stage, task).orElseThrow();
    count.done++;
    if (before.isPresent() && !before.get().equals(after)) {
      count.second++;
    }
    seen.put(task, after);
  }

  private static void gatewayDies(
      TaskStage stage,
      TaskStage.Machine machine,
      DoomedProcess doomed,
      String key,
      FaultCount count,
      Set<String> ids) {
    doomed.begin(key);
    doomed.awaitDeath();
    count.killed();
    // The client heard nothing and asks another gateway under the same key.
    TaskDesk desk = stage.desk(stage.queue());
    Eventually.Finder<TaskRecord> submit =
        () -> Optional.of(get(desk.submit(stage.submit(key))).record());
    TaskRecord accepted = Eventually.find("the task is accepted", PATIENCE, submit);
    count.accepted++;
    ByteString first;
    try (TaskWorker survivor = survivor(machine, stage, ConcurrentHashMap.newKeySet())) {
      TaskId id = new TaskId(accepted.getTaskId());
      first =
          Eventually.find("task " + id + " is done", PATIENCE, () -> done(stage, id)).getResult();
      count.done++;
      get(survivor.drain());
      // The same again: the same task, and the same result.
      TaskRecord again = get(desk.submit(stage.submit(key))).record();
      if (!ids.add(id.value())
          || !again.getTaskId().equals(id.value())
          || !done(stage, id).map(TaskRecord::getResult).equals(Optional.of(first))) {
        count.second++;
      }
    }
  }

  private static TaskWorker survivor(
      TaskStage.Machine machine, TaskStage stage, Set<String> claimed) {
    return machine.work(
        16,
        claims -> new Noting(claims, claimed),
        (input, progress) ->
            CompletableFuture.completedFuture(
                input.concat(ByteString.copyFromUtf8(" by a survivor, " + System.nanoTime()))),
        stage.settings());
  }

  private static Optional<ByteString> result(TaskStage stage, TaskEnvelope task) {
    return done(stage, TaskStage.id(task)).map(TaskRecord::getResult);
  }

  private static Optional<TaskRecord> done(TaskStage stage, TaskId id) {
    return get(stage.results().read(id)).filter(record -> record.getState() == TaskState.DONE);
  }

  /** Tasks that the gateways' tenant has in the store. */
  private static int tasksOf(TaskStage stage, int atLeast) {
    List<TaskRecord> all = new ArrayList<>();
    Optional<TaskId> before = Optional.empty();
    while (all.size() <= 2 * atLeast) {
      List<TaskRecord> page = get(stage.results().list(stage.tenant(), 100, before));
      if (page.isEmpty()) {
        break;
      }
      all.addAll(page);
      before = Optional.of(new TaskId(page.get(page.size() - 1).getTaskId()));
    }
    // The first one, which made the queue, is of the same tenant.
    return all.size() - 1;
  }
}
