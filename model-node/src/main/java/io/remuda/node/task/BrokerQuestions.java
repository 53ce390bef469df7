package io.remuda.node.task;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a machine asks its broker beside consuming: one connection for all its consumers, made when
 * it is first needed and made anew when it is lost.
 */
final class BrokerQuestions implements AutoCloseable {

  private static final int ABORT_MILLIS = 1_000;

  private final BrokerAddress address;
  private @Nullable Connection connection;
  private boolean closed;

  BrokerQuestions(BrokerAddress address) {
    this.address = address;
  }

  /** A channel of its own for each question, since a refused one ends its channel. */
  synchronized Channel channel() throws IOException {
    if (closed) {
      throw new IOException("the machine's tasks are ended");
    }
    Connection open = connection;
    if (open == null || !open.isOpen()) {
      open = address.connect("remuda-node-watch");
      connection = open;
    }
    return open.createChannel();
  }

  @Override
  public synchronized void close() {
    closed = true;
    Connection open = connection;
    if (open != null) {
      open.abort(ABORT_MILLIS);
    }
  }
}
