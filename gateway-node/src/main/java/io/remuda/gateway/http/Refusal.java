package io.remuda.gateway.http;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A refusal on its way to the client through the failure channel of a CompletionStage, which is the
 * one channel that all steps of a request share. It has no stack trace and is no bug.
 */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Refused refused;
  private final transient Optional<String> param;

  private Refusal(Refused refused, Optional<String> param) {
    super(refused.message(), null, false, false);
    this.refused = refused;
    this.param = param;
  }

  static Refusal of(Refused refused) {
    return new Refusal(refused, Optional.empty());
  }

  static Refusal of(ErrorCode code, String message) {
    return of(Refused.of(code, message));
  }

  /** A refusal of one field of the request, which clients find as {@code param}. */
  static Refusal of(ErrorCode code, String message, String param) {
    return new Refusal(Refused.of(code, message), Optional.of(param));
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

  Refused refused() {
    return refused;
  }

  Optional<String> param() {
    return param;
  }
}
