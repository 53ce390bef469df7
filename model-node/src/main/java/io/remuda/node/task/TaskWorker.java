package io.remuda.node.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off one model's queue: take, claim, run, store, acknowledge, in this order. A worker that
 * dies between any two of these leaves the task to the next one, whose claim makes the dead one's
 * worthless; so a task runs at least once and shows at most one result.
 *
 * <p>While the result store is away, what was taken is kept and tried again after a pause. A task
 * that was handed out before may be what ended its worker: such ones are run one at a time, so that
 * a deadly one takes no others along attempt after attempt.
 */
public final class TaskWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskWorker.class);

  private final Claims claims;
  private final TaskSlots slots;
  private final TypedModel model;
  private final TaskWorkerSettings settings;
  private final OneAtATime suspects = new OneAtATime();
  private final Consumption consumption;
  private volatile boolean draining;

  /**
   * Begins at once.
   *
   * @param window tasks taken from the queue and not yet acknowledged
   */
  public TaskWorker(
      TaskSource source,
      Claims claims,
      ModelName name,
      String fingerprint,
      int window,
      TaskSlots slots,
      TypedModel model,
      TaskWorkerSettings settings) {
    this.claims = claims;
    this.slots = slots;
    this.model = model;
    this.settings = settings;
    this.consumption = source.consume(name, fingerprint, window, this::work);
  }

  /** Empty while tasks can be taken and their results kept; else the reason why they cannot. */
  public Optional<String> health() {
    return claims.health().or(consumption::health);
  }

  /** Tasks that were taken and are not acknowledged yet. */
  public int inFlight() {
    return consumption.inFlight();
  }

  /** Begins nothing more; completes when nothing is under way any more. */
  public CompletionStage<Void> drain() {
    draining = true;
    return consumption.drain();
  }

  /** Ends at once; what is not acknowledged goes back to the queue. */
  @Override
  public void close() {
    draining = true;
    consumption.close();
  }

  private CompletionStage<Verdict> work(Delivery delivery) {
    return delivery.again()
        ? suspects.run(() -> withSlot(delivery.task()))
        : withSlot(delivery.task());
  }

  private CompletionStage<Verdict> withSlot(TaskEnvelope task) {
    return slots
        .take()
        .<CompletionStage<Verdict>>handle(
            (slot, none) ->
                // No slot will come: the instance is not ready any more, and another one is.
                none == null ? inSlot(task, slot) : CompletableFuture.completedStage(Verdict.RETRY))
        .thenCompose(verdict -> verdict);
  }

  private CompletionStage<Verdict> inSlot(TaskEnvelope task, TaskSlots.Slot slot) {
    if (draining) {
      slot.release();
      return CompletableFuture.completedStage(Verdict.RETRY);
    }
    return patiently(() -> claims.claim(task))
        .thenCompose(
            claim ->
                claim.isEmpty()
                    ? CompletableFuture.completedStage(Verdict.ACK)
                    : attempt(claim.get(), slot))
        .whenComplete((verdict, failure) -> slot.release());
  }

  private CompletionStage<Verdict> attempt(Claims.Claim claim, TaskSlots.Slot slot) {
    if (claim.attempt() > settings.attempts()) {
      return giveUp(
          claim,
          "it was begun "
              + settings.attempts()
              + " times and its worker ended each time; the input may be what ends the model");
    }
    return run(claim)
        .handle(
            (result, failure) -> {
              slot.release();
              return failure == null ? stored(claim, result) : failed(claim, failure);
            })
        .thenCompose(verdict -> verdict);
  }

  private CompletionStage<ByteString> run(Claims.Claim claim) {
    CompletableFuture<ByteString> answer;
    try {
      answer =
          model
              .run(claim.task().getPayload(), percent -> progress(claim, percent))
              .toCompletableFuture()
              .copy();
    } catch (RuntimeException broken) {
      return CompletableFuture.failedStage(broken);
    }
    return answer.orTimeout(settings.runLimit().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void progress(Claims.Claim claim, int percent) {
    claims
        .progress(claim, percent)
        .whenComplete(
            (counts, failure) -> {
              if (failure != null) {
                LOG.debug("task={} could not tell its progress", claim.task().getTaskId(), failure);
              }
            });
  }

  private CompletionStage<Verdict> stored(Claims.Claim claim, ByteString result) {
    if (result.size() > settings.maxResult()) {
      return patiently(
              () ->
                  claims.failed(
                      claim,
                      "too_large",
                      "the model's answer has %d bytes, more than the %d of remuda.tasks.max-result-size"
                          .formatted(result.size(), settings.maxResult())))
          .thenApply(counts -> Verdict.ACK);
    }
    return patiently(() -> claims.done(claim, result))
        .thenApply(
            counts -> {
              if (!counts) {
                LOG.info("task={} had another claim when it was done", claim.task().getTaskId());
              }
              return Verdict.ACK;
            });
  }

  private CompletionStage<Verdict> failed(Claims.Claim claim, Throwable failure) {
    Throwable cause = unwrapped(failure);
    if (cause instanceof TypedModel.Rejected rejected) {
      return patiently(
              () -> claims.failed(claim, rejected.code(), String.valueOf(rejected.getMessage())))
          .thenApply(counts -> Verdict.ACK);
    }
    String reason =
        cause instanceof TimeoutException
            ? "the model gave no answer within " + settings.runLimit()
            : cause instanceof TypedModel.Failed
                ? String.valueOf(cause.getMessage())
                : "the model failed: " + cause.getClass().getSimpleName();
    if (claim.attempt() >= settings.attempts()) {
      return giveUp(claim, reason + ", " + claim.attempt() + " times");
    }
    LOG.warn(
        "task={} attempt={} goes back to its queue: {}",
        claim.task().getTaskId(),
        claim.attempt(),
        reason);
    return CompletableFuture.supplyAsync(() -> Verdict.RETRY, after(settings.retryPause()));
  }

  private CompletionStage<Verdict> giveUp(Claims.Claim claim, String reason) {
    LOG.warn("task={} is given up: {}", claim.task().getTaskId(), reason);
    return patiently(() -> claims.failed(claim, TaskNames.POISON, reason))
        .thenApply(counts -> counts ? Verdict.dead(reason) : Verdict.ACK);
  }

  /** Tries until the result store answers, or the limit is over and the task goes back. */
  private <T> CompletionStage<T> patiently(Supplier<CompletionStage<T>> call) {
    return patiently(call, System.nanoTime() + settings.holdLimit().toNanos());
  }

  private <T> CompletionStage<T> patiently(Supplier<CompletionStage<T>> call, long until) {
    return call.get()
        .exceptionallyCompose(
            failure -> {
              if (draining || System.nanoTime() - until >= 0) {
                return CompletableFuture.failedStage(failure);
              }
              return CompletableFuture.runAsync(() -> {}, after(settings.retryPause()))
                  .thenCompose(paused -> patiently(call, until));
            });
  }

  private static Executor after(Duration pause) {
    return CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
