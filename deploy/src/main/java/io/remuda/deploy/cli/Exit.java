package io.remuda.deploy.cli;

import io.remuda.protocol.ErrorCode;
import java.util.Locale;

/** How a command ends: the exit codes that scripts rely on. */
public enum Exit {
  OK(0),
  FAILURE(1),
  USAGE(2),
  NOT_FOUND(3),
  CANNOT_BE_PLACED(4),
  NOT_ALLOWED(5),
  TIMED_OUT(6),
  SCHEMA_CONFLICT(7),
  /** A registry node was voted out of the cluster: the launcher starts it again. */
  VOTED_OUT(75);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The exit that fits an answer of the gateway: by its code where it is known, else by status. */
  static Exit of(int status, String errorCode) {
    try {
      return of(ErrorCode.valueOf(errorCode.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException unknown) {
      return of(status);
    }
  }

  private static Exit of(ErrorCode code) {
    return switch (code) {
      case SCHEMA_CONFLICT -> SCHEMA_CONFLICT;
      case CANNOT_BE_PLACED, NODE_FULL, CORDONED -> CANNOT_BE_PLACED;
      case INVALID_REQUEST, INVALID_JSON, INVALID_SPEC, NO_SUCH_ENGINE -> USAGE;
      case TIMED_OUT, REQUEST_TIMEOUT, WAITED_TOO_LONG -> TIMED_OUT;
      case MODEL_NOT_FOUND, NOT_FOUND -> NOT_FOUND;
      case UNAUTHENTICATED, NOT_ALLOWED -> NOT_ALLOWED;
      case INVALID_MODEL_FILE,
          METHOD_NOT_ALLOWED,
          NOT_ACCEPTABLE,
          SPEC_CONFLICT,
          IDEMPOTENCY_CONFLICT,
          IN_USE,
          LAST_PLACE,
          ROLLOUT_CONFLICT,
          STALE_EPOCH,
          STALE_LEASE,
          WRONG_JOURNAL,
          ENDED,
          STALE_VERSION,
          TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          HEADERS_TOO_LARGE,
          BUSY,
          RATE_LIMITED,
          RATE_LIMIT_EXCEEDED,
          INSUFFICIENT_QUOTA,
          INTERNAL,
          NOT_SUPPORTED,
          ENGINE_FAILED,
          ENGINE_GONE,
          MODEL_LOADING,
          MODEL_NOT_READY,
          REGISTRY_UNAVAILABLE,
          STORE_UNAVAILABLE,
          ISSUER_UNAVAILABLE,
          SHUTTING_DOWN,
          OVERLOADED ->
          FAILURE;
    };
  }

  private static Exit of(int status) {
    return switch (status) {
      case 400 -> USAGE;
      case 401, 403 -> NOT_ALLOWED;
      case 404 -> NOT_FOUND;
      case 408, 504 -> TIMED_OUT;
      default -> FAILURE;
    };
  }
}
