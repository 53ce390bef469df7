package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.netty.buffer.Unpooled;
import io.remuda.node.duty.TaskDuties;
import io.remuda.node.duty.TaskDutySettings;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.TaskDesk;
import io.remuda.node.instance.Upstream;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One instance of a typed model behind a machine's front, at work on its tasks. What its model does
 * is said by the input.
 */
final class InstanceStage implements AutoCloseable, InferencePort {

  /** What takes its time on a busy machine is not given up: a second run would be counted. */
  private static final Duration RUN_LIMIT = Duration.ofSeconds(20);

  private static final Duration IMPATIENT = Duration.ofSeconds(1);
  private static final int MOST = 1_000;

  private final Front front;
  private final TaskStage.Machine machine;
  final Gate gate;
  final TaskDesk.Duty duty;
  final AtomicInteger runs = new AtomicInteger();
  final AtomicInteger cancelled = new AtomicInteger();
  private final CompletableFuture<Void> goOn = new CompletableFuture<>();
  private volatile int heldFrom = Integer.MAX_VALUE;

  InstanceStage(TaskStage stage, int number, int slots, int window) {
    this(stage, number, slots, window, typed(stage), RUN_LIMIT);
  }

  /** One that soon gives up a call that hangs. */
  static InstanceStage impatient(TaskStage stage, int number, int slots) {
    return new InstanceStage(stage, number, slots, 0, typed(stage), IMPATIENT);
  }

  /** Of a model whose schema took the place of the stage's. */
  static InstanceStage evolved(TaskStage stage, int number) {
    return new InstanceStage(
        stage,
        number,
        2,
        8,
        Optional.of(
            new Schema("e" + stage.fingerprint, "In", "Out", "", List.of(stage.fingerprint))),
        RUN_LIMIT);
  }

  /** Of a model without a schema, which answers chats. */
  static InstanceStage chatting(TaskStage stage, int number) {
    return new InstanceStage(stage, number, 4, 8, Optional.empty(), RUN_LIMIT);
  }

  private static Optional<Schema> typed(TaskStage stage) {
    return Optional.of(new Schema(stage.fingerprint, "In", "Out", ""));
  }

  /** One whose tasks' ways are noted. */
  static InstanceStage traced(TaskStage stage, int number, int slots, TaskTrace trace) {
    return new InstanceStage(stage, number, slots, 0, typed(stage), RUN_LIMIT, trace);
  }

  private InstanceStage(
      TaskStage stage,
      int number,
      int slots,
      int window,
      Optional<Schema> schema,
      Duration runLimit) {
    this(stage, number, slots, window, schema, runLimit, new TaskTrace());
  }

  private InstanceStage(
      TaskStage stage,
      int number,
      int slots,
      int window,
      Optional<Schema> schema,
      Duration runLimit,
      TaskTrace trace) {
    Config config = ConfigFactory.load();
    this.machine = stage.machine();
    this.gate = new Gate(slots, 0);
    gate.open();
    HostedInstance instance =
        new HostedInstance(
            new InstanceId(stage.model, number),
            "jar",
            Phase.READY,
            100,
            Optional.empty(),
            gate,
            new Upstream.InJvm(this),
            true,
            Set.of(schema.isPresent() ? "/predict" : "/v1/chat/completions"),
            schema,
            new AtomicLong());
    Hosted hosted = new Hosted();
    hosted.put(instance);
    this.front = new Front(hosted, FrontSettings.from(config), FrontMetrics.NONE);
    TaskWorkerSettings quick =
        new TaskWorkerSettings(
            3, runLimit, Duration.ofMillis(50), Duration.ofMinutes(1), Duration.ofSeconds(5), MOST);
    this.duty =
        TaskDuties.of(
                trace.noting(machine.source()),
                trace.noting(machine.claims()),
                front.admitted(),
                new TaskDutySettings(window, Integer.MAX_VALUE, Duration.ofMillis(500), quick),
                ForkJoinPool.commonPool())
            .begin(instance)
            .orElseThrow();
  }

  /** The run of that number and all after it are not answered before {@link #goOn}. */
  void holdFrom(int run) {
    heldFrom = run;
  }

  void goOn() {
    goOn.complete(null);
  }

  /** The model. */
  @Override
  public InferenceCall call(InferenceRequest request, InferenceSink sink) {
    int run = runs.incrementAndGet();
    String input = request.body().toString(StandardCharsets.UTF_8);
    Executor when =
        input.startsWith("slow")
            ? CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS, request.loop())
            : request.loop();
    Runnable answer =
        () -> {
          if (request.path().equals("/predict")) {
            answer(input, sink);
          } else {
            chat(input, sink);
          }
        };
    if (run < heldFrom) {
      when.execute(answer);
    } else {
      var unused = goOn.thenRunAsync(answer, when);
    }
    return new InferenceCall() {
      @Override
      public void cancel() {
        cancelled.incrementAndGet();
      }

      @Override
      public void pause() {}

      @Override
      public void resume() {}
    };
  }

  private static void answer(String input, InferenceSink sink) {
    sink.onSent();
    switch (input) {
      case "throw" -> sink.onFailure(Refused.of(ErrorCode.ENGINE_FAILED, "boom: " + input), false);
      case "hang" -> {}
      case "bad" -> whole(sink, 400, "text/plain", "the text is bad");
      case "status" -> whole(sink, 500, "text/plain", "no idea");
      case "defaults" -> whole(sink, 200, "application/x-protobuf", "");
      case "much" -> {
        head(sink, 200, "application/x-protobuf");
        for (int i = 0; i < 10; i++) {
          bytes(sink, "x".repeat(MOST / 5));
        }
      }
      default -> whole(sink, 200, "application/x-protobuf", input.toUpperCase(Locale.ROOT));
    }
  }

  private static void chat(String input, InferenceSink sink) {
    switch (input) {
      case "{\"bad\":1}" ->
          whole(sink, 400, "application/json", "{\"error\":{\"message\":\"no messages\"}}");
      case "{\"broken\":1}" -> whole(sink, 200, "application/json", "{\"half");
      default -> whole(sink, 200, "application/json", "{\"heard\":" + input + "}");
    }
  }

  private static void whole(InferenceSink sink, int status, String type, String body) {
    head(sink, status, type);
    bytes(sink, body);
    sink.onEnd();
  }

  private static void head(InferenceSink sink, int status, String type) {
    sink.onHead(status, List.of(Map.entry("content-type", type)));
  }

  private static void bytes(InferenceSink sink, String text) {
    sink.onBytes(Unpooled.wrappedBuffer(ByteString.copyFromUtf8(text).toByteArray()));
  }

  /** As when its actor system ends: nothing is finished, nothing is told. */
  void die() {
    duty.close();
    machine.die();
  }

  @Override
  public void close() {
    duty.close();
    machine.close();
    front.close();
  }
}
