package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import io.remuda.gateway.tasks.TaskWaiting;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import io.remuda.protocol.testing.TestFolders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Rates of durable tasks beside those of the bare broker; run by deploy/bench/tasks.sh. */
public final class TasksBenchmark {

  static final int CLIENTS = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final RawBroker raw;
  private final int tasks;
  private final int rounds;

  private TasksBenchmark(RawBroker raw, int tasks, int rounds) {
    this.raw = raw;
    this.tasks = tasks;
    this.rounds = rounds;
  }

  /** Arguments: how many tasks each measurement has, how many rounds there are. */
  public static void main(String[] arguments) throws Exception {
    int tasks = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    RabbitServer broker = RabbitServer.own();
    RedisServer redis = RedisServer.own();
    boolean kept = false;
    try (RawBroker raw = new RawBroker(broker.url())) {
      raw.publish(tasks / 4);
      raw.consume(tasks / 4);
      TasksBenchmark benchmark = new TasksBenchmark(raw, tasks, rounds);
      Map<String, String> servers =
          Map.of("remuda.tasks.queue", broker.url(), "remuda.tasks.results", redis.url());
      kept = benchmark.measure("RabbitMQ + Redis", servers);
      Path folder = TestFolders.untilExit("tasks-bench");
      kept &= benchmark.measure("embedded", Map.of("remuda.node.data", folder.toString()));
    } catch (Exception e) {
      // Threads of what was open would keep the program alive.
      e.printStackTrace();
      broker.kill();
      redis.kill();
      System.exit(2);
    } finally {
      broker.kill();
      redis.kill();
    }
    System.exit(!kept && System.getenv("HOLD") != null ? 1 : 0);
  }

  private boolean measure(String what, Map<String, ?> places) throws Exception {
    try (TaskStage stage = TaskStage.open(places)) {
      // An instance that was there declares the queue.
      TaskTrace trace = new TaskTrace();
      InstanceStage first = new InstanceStage(stage, 1, 64, 0);
      stage.awaitEnd(stage.accept(stage.task("warm")));
      get(first.duty.drain());
      first.close();
      Medians medians = new Medians(what);
      for (int round = 1; round <= rounds; round++) {
        System.out.printf("%s, round %d of %d%n", what, round, rounds);
        round(stage, round, trace, medians);
      }
      boolean kept = medians.print();
      return kept & secondInstance(what, stage, tasks);
    }
  }

  /** The bare broker and the tasks by turns, so that both meet the same minute of the machine. */
  private void round(TaskStage stage, int round, TaskTrace trace, Medians medians)
      throws Exception {
    double confirmed = raw.publish(tasks);
    medians.add(Medians.Figure.RAW_PUBLISH, confirmed);
    double submits = submits(stage, tasks);
    medians.add(Medians.Figure.SUBMITS, submits);
    medians.add(Medians.Figure.SUBMITS_OF_RAW, submits / confirmed);
    double acknowledged = 1 / (1 / confirmed + 1 / raw.consume(tasks));
    medians.add(Medians.Figure.RAW_TO_ACK, acknowledged);
    try (InstanceStage one = InstanceStage.traced(stage, 1 + round, 64, trace)) {
      long began = System.nanoTime();
      while (one.runs.get() < tasks || one.gate.inFlight() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
      medians.add(Medians.Figure.DRAIN, tasks / seconds(began));
      double rate = endToEnd(stage, tasks, trace);
      medians.add(Medians.Figure.END_TO_END, rate);
      medians.add(Medians.Figure.END_TO_END_OF_RAW, rate / acknowledged);
      medians.add(Medians.Figure.P99_AT_HALF, atPace(stage, rate / 2, tasks / 2, trace));
      Times bare = new Times();
      raw.atPace(rate / 2, tasks / 2, bare);
      bare.print(Math.round(rate / 2) + " bare messages/s through the broker alone");
    }
  }

  /** One instance at work on a full queue, and then another: when that begins, and its share. */
  private static boolean secondInstance(String what, TaskStage stage, int tasks) throws Exception {
    submits(stage, tasks);
    try (InstanceStage one = new InstanceStage(stage, 1_001, 64, 0)) {
      awaitRuns(one, tasks / 10);
      try (InstanceStage two = new InstanceStage(stage, 1_002, 64, 0)) {
        long ready = System.nanoTime();
        int before = one.runs.get();
        awaitRuns(two, 1);
        double took = seconds(ready);
        while (one.runs.get() + two.runs.get() < tasks || one.gate.inFlight() > 0) {
          LockSupport.parkNanos(1_000_000);
        }
        int shared = tasks - before;
        double share = 100.0 * two.runs.get() / shared;
        System.out.printf(
            "%-17s second instance takes its first task %.3f s after READY (at most 1): %s%n",
            what, took, verdict(took <= 1));
        System.out.printf(
            "%-17s second instance does %.0f %% of the %d tasks from then on (40 to 60): %s%n",
            what, share, shared, verdict(share >= 40 && share <= 60));
        return took <= 1 && share >= 40 && share <= 60;
      }
    }
  }

  private static void awaitRuns(InstanceStage instance, int runs) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (instance.runs.get() < runs) {
      if (System.nanoTime() > end) {
        fail("an instance did not get to " + runs + " tasks within 5 minutes");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static String verdict(boolean kept) {
    return kept ? "kept" : "MISSED";
  }

  private static double submits(TaskStage stage, int tasks) throws Exception {
    long began = System.nanoTime();
    TaskTrace untraced = new TaskTrace();
    clients(tasks, () -> submit(stage, task(stage), untraced));
    return tasks / seconds(began);
  }

  private static TaskEnvelope task(TaskStage stage) {
    return stage.task("a text of the length that people write in a line or two of it");
  }

  /** As a gateway does, which has no thread for a client either. */
  private static CompletionStage<TaskEnvelope> submit(
      TaskStage stage, TaskEnvelope task, TaskTrace trace) {
    return stage
        .results()
        .submitting(task)
        .thenCompose(
            noted -> {
              trace.at(task, TaskTrace.Step.NOTED);
              return stage.queue().publish(task);
            })
        .thenCompose(
            refused -> {
              trace.at(task, TaskTrace.Step.CONFIRMED);
              refused.ifPresent(why -> fail(why.message()));
              return stage.results().queued(TaskStage.id(task));
            })
        .thenApply(
            queued -> {
              trace.at(task, TaskTrace.Step.ACCEPTED);
              return task;
            });
  }

  /** As a client does that waits for its task at a gateway. */
  private static CompletionStage<?> submitAndAwait(
      TaskStage stage, TaskEnvelope task, TaskWaiting waiting, TaskTrace trace) {
    return submit(stage, task, trace)
        .thenCompose(
            accepted ->
                waiting.until(
                    task.getTenant(),
                    TaskStage.id(task),
                    PATIENCE,
                    found -> found.getState() == TaskState.DONE))
        .thenAccept(found -> trace.at(task, TaskTrace.Step.SEEN));
  }

  private static TaskWaiting waiting(TaskStage stage) {
    return new TaskWaiting(
        stage.desk(stage.queue()),
        nap ->
            CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(nap.toNanos(), TimeUnit.NANOSECONDS)));
  }

  private static double endToEnd(TaskStage stage, int tasks, TaskTrace trace) throws Exception {
    TaskWaiting waiting = waiting(stage);
    Times times = new Times();
    long began = System.nanoTime();
    clients(
        tasks,
        () -> {
          long submitted = System.nanoTime();
          return submitAndAwait(stage, task(stage), waiting, trace)
              .thenAccept(done -> times.add(submitted));
        });
    double rate = tasks / seconds(began);
    times.print(CLIENTS + " clients");
    return rate;
  }

  /**
   * Tasks that come at a steady pace, whether or not the earlier ones are done.
   *
   * @return milliseconds within which 99 of 100 are done
   */
  private static double atPace(TaskStage stage, double perSecond, int tasks, TaskTrace trace)
      throws Exception {
    TaskWaiting waiting = waiting(stage);
    Times times = new Times();
    try (Stalls stalls = new Stalls()) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      Pace pace = new Pace(perSecond);
      for (int i = 0; i < tasks; i++) {
        long due = pace.awaitNext();
        TaskEnvelope task = task(stage);
        trace.begin(task, due);
        all.add(
            submitAndAwait(stage, task, waiting, trace)
                .thenAccept(done -> times.add(due))
                .toCompletableFuture());
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
    }
    double p99 = times.print(Math.round(perSecond) + " tasks/s, half of that");
    trace.print();
    return p99;
  }

  /** {@link #CLIENTS} at a time, until that many are done. */
  private static void clients(int times, Supplier<CompletionStage<?>> work) throws Exception {
    AtomicInteger left = new AtomicInteger(times);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      all.add(done);
      client(left, work, done);
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
  }

  private static void client(
      AtomicInteger left, Supplier<CompletionStage<?>> work, CompletableFuture<Void> done) {
    if (left.getAndDecrement() <= 0) {
      done.complete(null);
      return;
    }
    work.get()
        .whenCompleteAsync(
            (result, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
              } else {
                client(left, work, done);
              }
            });
  }

  /** How long each took. */
  static final class Times {
    private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

    void add(long began) {
      nanos.add(System.nanoTime() - began);
    }

    /** Answers the 99th percentile in milliseconds. */
    double print(String load) {
      List<Long> sorted = nanos.stream().sorted().toList();
      double p99 = sorted.get(sorted.size() * 99 / 100) / 1e6;
      System.out.printf(
          "                  end to end      %8.1f ms median, %.1f ms p99, %.1f ms longest, %s%n",
          sorted.get(sorted.size() / 2) / 1e6, p99, sorted.get(sorted.size() - 1) / 1e6, load);
      return p99;
    }
  }

  static void fail(String message) {
    throw new IllegalStateException(message);
  }

  static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
