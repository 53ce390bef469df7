package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;

/** Which bodies of requests to models are taken, and what is said of the others. */
final class BodyRules {

  private BodyRules() {}

  /**
   * What its head says against a body; empty where that may come.
   *
   * @param most bytes that it may have
   */
  static Optional<Refused> beforeItComes(HttpServerRequest request, long most) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return Optional.of(
          Refused.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "bodies are taken as they are, not with content-encoding " + encoding));
    }
    return declaredLength(request) > most ? Optional.of(tooLarge(most)) : Optional.empty();
  }

  static Refused tooLarge(long most) {
    return Refused.of(
        ErrorCode.TOO_LARGE,
        "the body is larger than "
            + most
            + " bytes; send less, or raise remuda.gateway.edge-limits.max-body-size");
  }

  static Refused overdue(Duration limit) {
    return Refused.of(
        ErrorCode.REQUEST_TIMEOUT,
        "the body did not arrive within " + limit.toSeconds() + " s; send it faster");
  }

  /** The memory for bodies is in use. */
  static Refused noRoom() {
    return Refused.of(
        ErrorCode.OVERLOADED,
        "this gateway holds as many requests' bodies as it has memory for; send the request"
            + " again shortly");
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
