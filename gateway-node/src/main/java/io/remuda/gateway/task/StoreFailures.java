package io.remuda.gateway.task;

import io.remuda.protocol.ErrorCode;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** What a caller is told when a store fails: never the words of a driver alone. */
final class StoreFailures {

  private StoreFailures() {}

  /** The same stage, whose failure is a {@link TaskRefusal}. */
  static <T> CompletionStage<T> explained(CompletionStage<T> stage) {
    return stage.exceptionally(
        failure -> {
          throw refusal(failure);
        });
  }

  static TaskRefusal conflict() {
    return new TaskRefusal(
        ErrorCode.IDEMPOTENCY_CONFLICT,
        "another request was sent under the same Idempotency-Key before; take a new key for a new"
            + " request");
  }

  static TaskRefusal refusal(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TaskRefusal refusal) {
      return refusal;
    }
    String why =
        cause instanceof TimeoutException
                || cause.getClass().getSimpleName().contains("TimeoutException")
            ? "it did not answer in time"
            : cause.getClass().getSimpleName();
    TaskRefusal refusal =
        new TaskRefusal(
            ErrorCode.STORE_UNAVAILABLE,
            "what is known of tasks cannot be reached now ("
                + why
                + "); nothing that was accepted is lost, try again in a moment");
    refusal.initCause(cause);
    return refusal;
  }
}
