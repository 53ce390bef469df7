package io.remuda.gateway.http;

import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.PartWords;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A refusal on its way to the client through the failure channel of a CompletionStage, which is the
 * one channel that all steps of a request share. It has no stack trace and is no bug.
 */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Refused refused;
  private final transient Optional<String> param;
  private final transient Optional<Duration> retryAfter;
  private final transient List<Map.Entry<String, String>> headers;

  private Refusal(
      Refused refused,
      Optional<String> param,
      Optional<Duration> retryAfter,
      List<Map.Entry<String, String>> headers) {
    super(refused.message(), null, false, false);
    this.refused = refused;
    this.param = param;
    this.retryAfter = retryAfter;
    this.headers = headers;
  }

  static Refusal of(Refused refused) {
    return new Refusal(refused, Optional.empty(), Optional.empty(), List.of());
  }

  static Refusal of(TaskRefusal refusal) {
    return new Refusal(
        refusal.refused(), Optional.empty(), refusal.retryAfter(), refusal.headers());
  }

  static Refusal of(ErrorCode code, String message) {
    return of(Refused.of(code, message));
  }

  /** A refusal of one field of the request, which clients find as {@code param}. */
  static Refusal of(ErrorCode code, String message, String param) {
    return new Refusal(Refused.of(code, message), Optional.of(param), Optional.empty(), List.of());
  }

  static <T> CompletionStage<T> failed(ErrorCode code, String message) {
    return CompletableFuture.failedStage(of(code, message));
  }

  static <T> CompletionStage<T> failed(Refused refused) {
    return CompletableFuture.failedStage(of(refused));
  }

  /** What {@code failure} really is, without the wrapping of a CompletionStage. */
  static Throwable causeOf(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The same in the words that somebody may read who knows of some models alone. */
  Refusal seenBy(Predicate<ModelName> visible) {
    return new Refusal(
        Refused.of(refused.code(), PartWords.seenBy(visible, refused.message()))
            .with(refused.details()),
        param,
        retryAfter,
        headers);
  }

  Refused refused() {
    return refused;
  }

  Optional<String> param() {
    return param;
  }

  /** When it may succeed, where more is known of that than its code says. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Further headers of the answer. */
  List<Map.Entry<String, String>> headers() {
    return headers;
  }
}
