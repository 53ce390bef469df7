package io.remuda.node.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.task.TaskNames;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what was claimed and stores what came of it. The slot is held while the model works and no
 * longer: storing may take as long as the result store is away. Now and then the record is looked
 * at: a call whose answer would not count any more is ended.
 */
final class TaskRunner {

  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

  private final Claims claims;
  private final TypedModel model;
  private final TaskWorkerSettings settings;
  private final Patience patience;

  TaskRunner(Claims claims, TypedModel model, TaskWorkerSettings settings, Patience patience) {
    this.claims = claims;
    this.model = model;
    this.settings = settings;
    this.patience = patience;
  }

  /** What becomes of the claimed task; {@code slot} is given back on every way. */
  CompletionStage<Verdict> run(Claims.Claim claim, TaskSlots.Slot slot) {
    if (claim.attempt() > settings.attempts()) {
      slot.release();
      return giveUp(
          claim,
          "it was begun "
              + settings.attempts()
              + " times and its worker ended each time; the input may be what ends the model");
    }
    return answer(claim)
        .handle(
            (result, failure) -> {
              slot.release();
              return failure == null ? stored(claim, result) : failed(claim, failure);
            })
        .thenCompose(verdict -> verdict);
  }

  private CompletionStage<ByteString> answer(Claims.Claim claim) {
    CompletableFuture<ByteString> asked;
    try {
      asked =
          model
              .run(claim.task().getPayload(), percent -> progress(claim, percent))
              .toCompletableFuture();
    } catch (RuntimeException broken) {
      return CompletableFuture.failedStage(broken);
    }
    CompletableFuture<ByteString> answer =
        asked.copy().orTimeout(settings.runLimit().toMillis(), TimeUnit.MILLISECONDS);
    answer.whenComplete(
        (result, failure) -> {
          if (failure != null) {
            // The model may be at it still: after a failure of its own this does nothing.
            asked.cancel(false);
          }
        });
    watch(claim, answer);
    return answer;
  }

  private void watch(Claims.Claim claim, CompletableFuture<ByteString> answer) {
    if (answer.isDone()) {
      return;
    }
    CompletableFuture<Boolean> due =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(true, settings.lookInterval().toMillis(), TimeUnit.MILLISECONDS);
    // Not cancelled but completed, for only that frees the timer of a task that was quicker.
    answer.whenComplete((result, failure) -> due.complete(false));
    due.thenAccept(
        look -> {
          if (look) {
            look(claim, answer);
          }
        });
  }

  private void look(Claims.Claim claim, CompletableFuture<ByteString> answer) {
    claims
        .look(claim.task())
        .whenComplete(
            (seen, failure) -> {
              if (failure == null && seen.isPast(claim)) {
                answer.completeExceptionally(new Overtaken());
              } else {
                watch(claim, answer);
              }
            });
  }

  /** The task was cancelled, has expired, or belongs to another claim. */
  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super("its answer would not count any more", null, false, false);
    }
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
      return patience
          .ask(
              () ->
                  claims.failed(
                      claim,
                      "too_large",
                      "the model's answer has %d bytes, more than the %d of remuda.tasks.max-result-size"
                          .formatted(result.size(), settings.maxResult())))
          .thenApply(counts -> Verdict.ACK);
    }
    return patience
        .ask(() -> claims.done(claim, result))
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
    if (cause instanceof Overtaken) {
      LOG.info(
          "task={} attempt={} is stopped: it was cancelled, has expired or runs elsewhere",
          claim.task().getTaskId(),
          claim.attempt());
      return CompletableFuture.completedStage(Verdict.ACK);
    }
    if (cause instanceof TypedModel.Rejected rejected) {
      return patience
          .ask(() -> claims.failed(claim, rejected.code(), String.valueOf(rejected.getMessage())))
          .thenApply(counts -> Verdict.ACK);
    }
    if (cause instanceof TypedModel.NotBegun) {
      return givenBack(claim, String.valueOf(cause.getMessage()));
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
    return retry();
  }

  /**
   * To be poison says something of the input, and an engine that is just ending says nothing of it:
   * else each task that comes meanwhile would use up its attempts within seconds.
   */
  private CompletionStage<Verdict> givenBack(Claims.Claim claim, String reason) {
    LOG.info("task={} was not begun and goes back: {}", claim.task().getTaskId(), reason);
    return patience.ask(() -> claims.giveBack(claim)).thenCompose(counts -> retry());
  }

  private CompletionStage<Verdict> retry() {
    return CompletableFuture.supplyAsync(
        () -> Verdict.RETRY, Patience.after(settings.retryPause()));
  }

  private CompletionStage<Verdict> giveUp(Claims.Claim claim, String reason) {
    LOG.warn("task={} is given up: {}", claim.task().getTaskId(), reason);
    return patience
        .ask(() -> claims.failed(claim, TaskNames.POISON, reason))
        .thenApply(counts -> counts ? Verdict.dead(reason) : Verdict.ACK);
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
