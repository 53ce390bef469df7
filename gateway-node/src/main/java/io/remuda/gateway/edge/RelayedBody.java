package io.remuda.gateway.edge;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;

/**
 * The body of a relayed request on its way in: passed on no faster than it is read, and no further
 * than its limit. Lives on one loop.
 */
final class RelayedBody {

  /** So much of a body that is too large is read on, so that the client sees the answer. */
  static final long DISCARD_LIMIT = 16L << 20;

  private final HttpServerRequest from;
  private final HttpClientRequest to;
  private final EdgeConnection connection;
  private final long limit;
  private final Runnable tooLarge;
  private long received;

  /**
   * @param tooLarge refuses it, once more than {@code limit} bytes have come
   */
  RelayedBody(
      HttpServerRequest from,
      HttpClientRequest to,
      EdgeConnection connection,
      long limit,
      Runnable tooLarge) {
    this.from = from;
    this.to = to;
    this.connection = connection;
    this.limit = limit;
    this.tooLarge = tooLarge;
  }

  void start() {
    from.handler(this::pass);
    from.endHandler(
        v -> {
          // After an answer that did not wait for the body, the connection is idle by now.
          if (!from.response().ended()) {
            connection.expectNothing();
          }
          to.end();
        });
    from.exceptionHandler(e -> to.reset());
    from.resume();
  }

  private void pass(Buffer part) {
    received += part.length();
    if (received > limit) {
      from.handler(this::discard);
      tooLarge.run();
      to.reset();
      return;
    }
    to.write(part);
    if (to.writeQueueFull()) {
      from.pause();
      to.drainHandler(v -> from.resume());
    }
  }

  private void discard(Buffer part) {
    received += part.length();
    if (received > limit + DISCARD_LIMIT) {
      from.connection().close();
    }
  }
}
