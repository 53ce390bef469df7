package io.remuda.gateway.task;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Why a stage of the task queue or of the result store failed, in words for the caller. */
public final class TaskRefusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final transient Optional<Duration> retryAfter;
  private final transient List<Map.Entry<String, String>> headers;

  public TaskRefusal(ErrorCode code, String message) {
    this(Refused.of(code, message), Optional.empty(), List.of());
  }

  /**
   * @param retryAfter when it may succeed, where that is known
   * @param headers that tell a client of its limits
   */
  public TaskRefusal(
      Refused refused, Optional<Duration> retryAfter, List<Map.Entry<String, String>> headers) {
    super(refused.message());
    this.code = refused.code();
    this.retryAfter = retryAfter;
    this.headers = List.copyOf(headers);
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  public Refused refused() {
    return Refused.of(code, String.valueOf(getMessage()));
  }

  /** What the caller is told when a stage has failed with {@code failure}. */
  public static Refused of(Throwable failure) {
    return in(failure).refused();
  }

  /** The same with what is known of when to try again. */
  public static TaskRefusal in(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof TaskRefusal refusal
        ? refusal
        : new TaskRefusal(
            ErrorCode.STORE_UNAVAILABLE,
            "the task could not be handled, since its store failed ("
                + cause.getClass().getSimpleName()
                + "); try again in a moment");
  }
}
