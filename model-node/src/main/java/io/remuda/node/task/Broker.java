package io.remuda.node.task;

import akka.stream.alpakka.amqp.AmqpConnectionProvider;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.remuda.protocol.task.ServerTrust;
import io.remuda.protocol.task.TaskNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Makes connections to RabbitMQ for one consumer, and remembers why the last one failed. */
final class Broker implements AmqpConnectionProvider {

  private static final int ABORT_MILLIS = 1_000;

  private final BrokerAddress address;
  private final String queue;
  private volatile Optional<String> trouble =
      Optional.of("the broker has not been connected to yet");
  private volatile Optional<Connection> consuming = Optional.empty();
  private volatile long connectedAt = System.nanoTime();
  private final AtomicLong connections = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param queue that its consumer reads
   */
  Broker(BrokerAddress address, String queue) {
    this.address = address;
    this.queue = queue;
  }

  /** Empty while the last connection lives; else why it does not. */
  Optional<String> trouble() {
    return trouble;
  }

  void troubled(String reason) {
    trouble = Optional.of(reason);
  }

  /** A connection that consumes. What its queue names is there before it is handed out. */
  @Override
  public Connection get() {
    try {
      Connection made = address.connect("remuda-node-" + queue);
      prepare(made);
      consuming = Optional.of(made);
      connectedAt = System.nanoTime();
      connections.incrementAndGet();
      if (closed) {
        made.abort(ABORT_MILLIS);
        throw new IOException("the consumer was ended");
      }
      trouble = Optional.empty();
      made.addShutdownListener(
          cause -> {
            if (!cause.isInitiatedByApplication()) {
              troubled("the connection to the broker was lost; it is being made anew");
            }
          });
      return made;
    } catch (IOException e) {
      troubled(
          "the broker cannot be reached: "
              + ServerTrust.distrust(e, ServerTrust.TASKS_CA)
                  .orElse(String.valueOf(e.getMessage())));
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Declares what is needed before all else, the queue too: who cannot read it must not count as
   * well in between. A connection that cannot is ended, and not kept.
   */
  private void prepare(Connection made) throws IOException {
    try (Channel channel = made.createChannel()) {
      channel.exchangeDeclare(TaskNames.DEAD_LETTER_EXCHANGE, "headers", true);
      channel.queueDeclare(
          TaskNames.DEAD_LETTER_QUEUE, true, false, false, TaskNames.deadQueueArguments());
      for (String death : TaskNames.DEATHS) {
        channel.queueBind(
            TaskNames.DEAD_LETTER_QUEUE,
            TaskNames.DEAD_LETTER_EXCHANGE,
            "",
            TaskNames.deathArguments(death));
      }
      channel.queueDeclare(queue, true, false, false, TaskNames.queueArguments());
    } catch (IOException | TimeoutException | RuntimeException e) {
      made.abort(ABORT_MILLIS);
      throw new IOException("it does not let the queues of tasks be declared: " + reason(e), e);
    }
  }

  private static String reason(Exception failure) {
    Throwable root = failure.getCause() == null ? failure : failure.getCause();
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /**
   * Ends the consumer's connection, whatever its stream does: a stream that ends keeps its
   * connection for as long as a message is not acknowledged.
   */
  void abandon() {
    consuming.ifPresent(open -> open.abort(ABORT_MILLIS));
  }

  /** Makes no connection any more. */
  void close() {
    closed = true;
  }

  /** Which of the consumer's connections this is, from 1; 0 before the first. */
  long connection() {
    return connections.get();
  }

  /** How long the consumer has had its connection. */
  Duration connectedFor() {
    return Duration.ofNanos(System.nanoTime() - connectedAt);
  }

  @Override
  public void release(Connection connection) {
    if (connection.isOpen()) {
      connection.abort(ABORT_MILLIS);
    }
  }
}
