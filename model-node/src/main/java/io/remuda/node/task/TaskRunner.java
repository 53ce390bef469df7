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
 * longer: storing may take as long as the result store is away.
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
    if (cause instanceof TypedModel.Rejected rejected) {
      return patience
          .ask(() -> claims.failed(claim, rejected.code(), String.valueOf(rejected.getMessage())))
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
