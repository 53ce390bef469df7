package io.remuda.gateway.task;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway asks its broker beside publishing: one connection for all who ask, made when it is
 * first needed and made anew when it is lost. A broker that is short of memory stops connections
 * that publish, and not this one.
 */
final class AskingConnection implements AutoCloseable {

  private static final int ABORT_MILLIS = 1_000;

  private final Broker broker;
  private @Nullable Connection connection;
  private boolean closed;

  AskingConnection(Broker broker) {
    this.broker = broker;
  }

  /** A channel of its own for each question, since a refused one ends its channel. */
  synchronized Channel channel() throws IOException {
    if (closed) {
      throw new IOException("the gateway's tasks are ended");
    }
    Connection open = connection;
    if (open == null || !open.isOpen()) {
      open = broker.connect("remuda-gateway-asks");
      connection = open;
    }
    Channel channel = open.createChannel();
    if (channel == null) {
      throw new IOException("the broker opens no more channels");
    }
    return channel;
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
