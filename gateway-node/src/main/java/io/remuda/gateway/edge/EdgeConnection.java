package io.remuda.gateway.edge;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the edge keeps of one connection: what it waits for and until when, and the exchange that is
 * under way. Looked at once a second by its loop, so that no request needs a timer of its own.
 */
final class EdgeConnection {

  private final HttpConnection connection;
  private long deadline;
  private @Nullable Exchange exchange;

  EdgeConnection(HttpConnection connection, Duration firstHeader) {
    this.connection = connection;
    expectWithin(firstHeader);
  }

  /** The next request's header, or the rest of a body, is due within {@code limit}. */
  void expectWithin(Duration limit) {
    deadline = System.nanoTime() + limit.toNanos();
  }

  /** The body is there; an answer takes as long as it takes. */
  void expectNothing() {
    deadline = Long.MAX_VALUE;
  }

  void exchange(@Nullable Exchange current) {
    exchange = current;
  }

  /** Closes in good order: what is written reaches the client first. */
  void close() {
    connection.close();
  }

  /** Closes at once: a client that does not read would hold up a close in good order for ever. */
  void cut() {
    if (connection instanceof ConnectionBase base) {
      base.channelHandlerContext().close();
    } else {
      connection.close();
    }
  }

  void tick(long now) {
    Exchange current = exchange;
    if (deadline != Long.MAX_VALUE && now - deadline > 0) {
      deadline = Long.MAX_VALUE;
      if (current == null) {
        cut();
      } else {
        current.bodyOverdue();
      }
    } else if (current != null) {
      current.tick();
    }
  }
}
