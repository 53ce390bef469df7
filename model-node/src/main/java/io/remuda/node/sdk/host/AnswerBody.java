package io.remuda.node.sdk.host;

import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The body of an answer that goes out as it comes. Its head goes out with the first message, so
 * that a failure before it still has a status.
 */
final class AnswerBody implements Streams.Sink {

  private final HttpExchange exchange;
  private boolean begun;

  AnswerBody(HttpExchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void take(Message answer, boolean last) throws IOException {
    OutputStream body = body();
    answer.writeDelimitedTo(body);
    if (last) {
      body.flush();
    }
  }

  private OutputStream body() throws IOException {
    if (!begun) {
      begun = true;
      exchange.getResponseHeaders().set("Content-Type", HostServer.SEQUENCE);
      exchange.sendResponseHeaders(200, 0);
    }
    return exchange.getResponseBody();
  }

  /** Whether something went out. */
  boolean isBegun() {
    return begun;
  }

  void end() throws IOException {
    body().close();
  }
}
