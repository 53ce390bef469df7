package io.remuda.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Every way in which Remuda refuses or fails: the closed table of {@code code}, HTTP status, the
 * {@code type} of OpenAI's error shape, and whether a client may try again.
 */
public enum ErrorCode {
  INVALID_REQUEST(400, Type.INVALID, Retry.NEVER),
  INVALID_JSON(400, Type.INVALID, Retry.NEVER),
  INVALID_SPEC(400, Type.INVALID, Retry.NEVER),
  INVALID_MODEL_FILE(400, Type.INVALID, Retry.NEVER),
  UNAUTHENTICATED(401, Type.AUTHENTICATION, Retry.NEVER),
  NOT_ALLOWED(403, Type.PERMISSION, Retry.NEVER),
  MODEL_NOT_FOUND(404, Type.NOT_FOUND, Retry.NEVER),
  NOT_FOUND(404, Type.NOT_FOUND, Retry.NEVER),
  METHOD_NOT_ALLOWED(405, Type.INVALID, Retry.NEVER),
  NOT_ACCEPTABLE(406, Type.INVALID, Retry.NEVER),
  REQUEST_TIMEOUT(408, Type.INVALID, Retry.LATER),
  SCHEMA_CONFLICT(409, Type.CONFLICT, Retry.NEVER),
  SPEC_CONFLICT(409, Type.CONFLICT, Retry.NEVER),
  STALE_EPOCH(409, Type.CONFLICT, Retry.NEVER),
  STALE_LEASE(409, Type.CONFLICT, Retry.NEVER),
  /** Another request came under the same idempotency key before. */
  IDEMPOTENCY_CONFLICT(409, Type.CONFLICT, Retry.NEVER),
  /** Something that has not ended needs it. */
  IN_USE(409, Type.CONFLICT, Retry.NEVER),
  /** Something that runs there has no other place. */
  LAST_PLACE(409, Type.CONFLICT, Retry.NEVER),
  /** There is no rollout, or not one that this can be done with. */
  ROLLOUT_CONFLICT(409, Type.CONFLICT, Retry.NEVER),
  WRONG_JOURNAL(409, Type.CONFLICT, Retry.NEVER),
  ENDED(410, Type.NOT_FOUND, Retry.NEVER),
  STALE_VERSION(412, Type.CONFLICT, Retry.NEVER),
  TOO_LARGE(413, Type.INVALID, Retry.NEVER),
  UNSUPPORTED_MEDIA_TYPE(415, Type.INVALID, Retry.NEVER),
  HEADERS_TOO_LARGE(431, Type.INVALID, Retry.NEVER),
  BUSY(429, Type.RATE_LIMIT, Retry.SOON),
  RATE_LIMITED(429, Type.RATE_LIMIT, Retry.LATER),
  /** The key or its tenant asked for more in a minute than its limits say. */
  RATE_LIMIT_EXCEEDED(429, Type.RATE_LIMIT, Retry.LATER),
  INSUFFICIENT_QUOTA(429, Type.QUOTA, Retry.NEVER),
  INTERNAL(500, Type.SERVER, Retry.NEVER),
  NOT_SUPPORTED(501, Type.INVALID, Retry.NEVER),
  ENGINE_FAILED(502, Type.SERVER, Retry.SOON),
  ENGINE_GONE(502, Type.SERVER, Retry.SOON),
  MODEL_LOADING(503, Type.SERVER, Retry.LATER),
  MODEL_NOT_READY(503, Type.SERVER, Retry.LATER),
  REGISTRY_UNAVAILABLE(503, Type.SERVER, Retry.LATER),
  STORE_UNAVAILABLE(503, Type.SERVER, Retry.LATER),
  /** A gateway has no keys to check a token by, or none yet. */
  ISSUER_UNAVAILABLE(503, Type.SERVER, Retry.SOON),
  SHUTTING_DOWN(503, Type.SERVER, Retry.SOON),
  /** A node has no memory for one more request now. */
  OVERLOADED(503, Type.SERVER, Retry.SOON),
  TIMED_OUT(504, Type.SERVER, Retry.NEVER),
  /** No slot came free for the request in the time that it may wait. */
  WAITED_TOO_LONG(504, Type.SERVER, Retry.SOON),
  /** A machine has not the room; the registry tries the next one. */
  NODE_FULL(503, Type.SERVER, Retry.LATER),
  /** A machine takes no new instances. */
  CORDONED(503, Type.SERVER, Retry.LATER),
  /** No machine of the fleet can hold the model as things are. */
  CANNOT_BE_PLACED(503, Type.SERVER, Retry.LATER),
  NO_SUCH_ENGINE(400, Type.INVALID, Retry.NEVER);

  /** When a client may send the same request again. */
  public enum Retry {
    /** Sending it again changes nothing: {@code x-should-retry: false}. */
    NEVER,
    /** Within a second or so. */
    SOON,
    /** When the cause has gone; {@code Retry-After} says when to look. */
    LATER
  }

  private static final class Type {
    private static final String INVALID = "invalid_request_error";
    private static final String AUTHENTICATION = "authentication_error";
    private static final String PERMISSION = "permission_error";
    private static final String NOT_FOUND = "not_found_error";
    private static final String CONFLICT = "conflict_error";
    private static final String RATE_LIMIT = "rate_limit_error";
    private static final String QUOTA = "insufficient_quota";
    private static final String SERVER = "server_error";
  }

  private final int status;
  private final String type;
  private final Retry retry;

  ErrorCode(int status, String type, Retry retry) {
    this.status = status;
    this.type = type;
    this.retry = retry;
  }

  public int status() {
    return status;
  }

  /** The {@code type} of OpenAI's error object. */
  public String type() {
    return type;
  }

  public Retry retry() {
    return retry;
  }

  /** The {@code code} that clients see, such as {@code model_loading}. */
  @JsonValue
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The entry that {@link #code()} names; throws IllegalArgumentException for an unknown one. */
  @JsonCreator
  public static ErrorCode of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }
}
