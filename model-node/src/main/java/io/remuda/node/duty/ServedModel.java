package io.remuda.node.duty;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.task.UntypedPayload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * An instance as its worker sees it: tasks go the way that synchronous calls go, through the
 * machine's front: those of a typed model to {@code /predict}, all messages in binary, any other's
 * to the path that they name, in JSON. A model that answers with many messages gives a {@link
 * io.remuda.protocol.task.ResultSequence}. A call that takes longer than its limit, or is
 * cancelled, is ended, so that the model can stop.
 */
final class ServedModel implements TypedModel {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  /** One message from who has one; from who streams all of them. */
  private static final String ONE_OR_MANY = PROTOBUF + ", application/x-protobuf-seq;q=0.5";

  private static final int BUSY_MILLIS = 500;

  private final InferencePort admitted;
  private final InstanceId instance;
  private final boolean typed;
  private final Set<String> paths;
  private final boolean tellsProgress;
  private final Duration limit;
  private final Duration lookInterval;
  private final long maxAnswer;
  private final Executor callers;
  private final TaskMeters meters;

  /**
   * @param admitted the door for callers that hold a permit
   * @param limit within which the model answers
   * @param lookInterval at which a model that can tell is asked how far it is
   * @param maxAnswer bytes
   * @param callers where calls are begun; never an event loop
   */
  ServedModel(
      InferencePort admitted,
      HostedInstance instance,
      Duration limit,
      Duration lookInterval,
      long maxAnswer,
      Executor callers,
      TaskMeters meters) {
    this.admitted = admitted;
    this.instance = instance.id();
    this.typed = instance.schema().isPresent();
    this.paths = instance.endpoints();
    this.tellsProgress = instance.upstream() instanceof Upstream.Http http && http.told();
    this.limit = limit;
    this.lookInterval = lookInterval;
    this.maxAnswer = maxAnswer;
    this.callers = callers;
    this.meters = meters;
  }

  @Override
  public CompletionStage<ByteString> run(ByteString input, IntConsumer progress) {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    long began = System.nanoTime();
    Optional<UntypedPayload> untyped = UntypedPayload.parse(input);
    if (typed) {
      callers.execute(() -> call("/predict", input, PROTOBUF, answer, progress));
    } else if (untyped.filter(asked -> paths.contains(asked.path())).isPresent()) {
      callers.execute(
          () -> call(untyped.get().path(), untyped.get().body(), JSON, answer, progress));
    } else {
      answer.completeExceptionally(
          new Rejected(
              ErrorCode.NOT_SUPPORTED.code(),
              "the model's engine does not answer "
                  + untyped.map(UntypedPayload::path).orElse("a payload that names no path")
                  + "; it answers "
                  + String.join(", ", paths)));
    }
    answer
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((result, failure) -> meters.ran(outcome(failure), System.nanoTime() - began));
    // The future itself: a cancel of one behind it would not reach the call.
    return answer;
  }

  private void call(
      String path,
      ByteString input,
      String form,
      CompletableFuture<ByteString> answer,
      IntConsumer progress) {
    if (answer.isDone()) {
      return;
    }
    CompletableFuture<ByteString> once = new CompletableFuture<>();
    once.whenComplete(
        (result, failure) -> {
          if (failure instanceof PredictAnswer.Busy && tellsProgress) {
            // A host's slot outlasts a call that was cancelled until its model heeds that. It was
            // not begun, so it is no attempt that failed.
            CompletableFuture.delayedExecutor(BUSY_MILLIS, TimeUnit.MILLISECONDS, callers)
                .execute(() -> call(path, input, form, answer, progress));
          } else if (failure != null) {
            answer.completeExceptionally(failure);
          } else {
            answer.complete(result);
          }
        });
    PredictAnswer sink =
        new PredictAnswer(once, maxAnswer, form.equals(PROTOBUF) ? "protobuf" : "json", progress);
    InferenceRequest request =
        new InferenceRequest(
            instance,
            "POST",
            path,
            headers(form),
            Unpooled.wrappedBuffer(input.asReadOnlyByteBuffer()),
            instance.model().value(),
            UUID.randomUUID().toString(),
            false,
            Runnable::run);
    InferenceCall call;
    try {
      call = admitted.call(request, sink);
    } catch (RuntimeException e) {
      once.completeExceptionally(e);
      return;
    }
    answer.whenComplete(
        (result, failure) -> {
          if (failure != null) {
            // After its own end a call does nothing.
            call.cancel();
          }
        });
  }

  private List<Map.Entry<String, String>> headers(String form) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(3);
    headers.add(Map.entry("content-type", form));
    headers.add(Map.entry("accept", form.equals(PROTOBUF) ? ONE_OR_MANY : form));
    if (tellsProgress) {
      headers.add(Map.entry(FrontHeaders.PROGRESS, Long.toString(lookInterval.toMillis())));
    }
    return headers;
  }

  private static String outcome(@org.jspecify.annotations.Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause == null) {
      return "done";
    }
    if (cause instanceof Rejected) {
      return "rejected";
    }
    if (cause instanceof NotBegun) {
      return "not_begun";
    }
    if (cause instanceof CancellationException) {
      return "cancelled";
    }
    return cause instanceof TimeoutException ? "timeout" : "failed";
  }
}
