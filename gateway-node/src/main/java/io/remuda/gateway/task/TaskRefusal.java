package io.remuda.gateway.task;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Why a stage of the task queue or of the result store failed, in words for the caller. */
public final class TaskRefusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public TaskRefusal(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public Refused refused() {
    return Refused.of(code, String.valueOf(getMessage()));
  }

  /** What the caller is told when a stage has failed with {@code failure}. */
  public static Refused of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof TaskRefusal refusal
        ? refusal.refused()
        : Refused.of(
            ErrorCode.STORE_UNAVAILABLE,
            "the task could not be handled, since its store failed ("
                + cause.getClass().getSimpleName()
                + "); try again in a moment");
  }
}
