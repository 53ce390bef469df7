package io.remuda.node.duty;

import com.google.protobuf.ByteString;
import io.remuda.node.instance.Gate;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A worker at an instance's gate, its queue, store and model in the hands of a test. */
final class WorkerBench implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);

  final Gate gate;
  final HandQueue queue = new HandQueue();
  final ClaimsInMemory claims = new ClaimsInMemory();

  /** What the model was asked and has not answered, by the task's id. */
  final Map<String, CompletableFuture<ByteString>> running = new ConcurrentHashMap<>();

  private final TaskWorker worker;

  WorkerBench(int slots) {
    gate = new Gate(slots, 0);
    gate.open();
    worker =
        new TaskWorker(
            queue,
            claims,
            new ModelName("sample"),
            "",
            64,
            new GateSlots(gate),
            (input, progress) -> ask(input.toStringUtf8()),
            new TaskWorkerSettings(
                5,
                Duration.ofMinutes(5),
                Duration.ofMillis(10),
                Duration.ofMinutes(5),
                Duration.ofMillis(20),
                1_000));
  }

  private CompletableFuture<ByteString> ask(String id) {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    running.put(id, answer);
    answer.whenComplete((result, failure) -> running.remove(id));
    return answer;
  }

  /** What the model was asked under this id, and has not answered. */
  CompletableFuture<ByteString> asked(String id) {
    return Objects.requireNonNull(running.get(id), id);
  }

  /** The model answers all that it is asked now. */
  void answerAll() {
    // Not those who are asked because of these answers.
    List.copyOf(running.values()).forEach(answer -> answer.complete(ByteString.EMPTY));
  }

  static Verdict verdict(CompletableFuture<Verdict> of) {
    try {
      return of.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no verdict", e);
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
