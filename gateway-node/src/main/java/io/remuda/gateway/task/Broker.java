package io.remuda.gateway.task;

import akka.stream.alpakka.amqp.AmqpConnectionProvider;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MetricsCollector;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.ConnectionParams;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.observation.ObservationCollector;
import io.remuda.protocol.task.ServerTrust;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Makes connections to RabbitMQ for the submitting side, and knows what the streaming publisher
 * cannot tell: which messages came back as unroutable (a confirm alone does not say, since the
 * broker confirms those too, right after it has returned them), whether the broker takes messages
 * at all, and why the last connection could not be made or ended.
 */
final class Broker implements AmqpConnectionProvider {

  private static final int ABORT_MILLIS = 1_000;

  /** Of publications, not of tasks: one may be on its way several times, and all come back. */
  private final Set<String> returned = ConcurrentHashMap.newKeySet();

  private final ConnectionFactory factory;
  private final Runnable onTrouble;
  private volatile Optional<Connection> publishing = Optional.empty();
  private volatile Optional<String> trouble =
      Optional.of("the broker has not been connected to yet");

  /**
   * @param onTrouble called on each loss of a connection and each refusal of messages
   */
  Broker(TaskSettings.Broker place, TaskSettings settings, Runnable onTrouble) {
    this.onTrouble = onTrouble;
    this.factory = new ReturnAware();
    // The stream is restarted as a whole; a second mechanism below it would fight the first.
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    try {
      URI uri = URI.create(place.uri());
      factory.setUri(uri);
      if (factory.isSSL()) {
        SSLContext tls = ServerTrust.context(settings.caFile());
        factory.useSslProtocol(tls);
        factory.enableHostnameVerification();
      }
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException(
          "remuda.tasks.queue is no address of a broker: "
              + TaskSettings.withoutSecrets(place.uri()),
          e);
    }
    int millis = (int) Math.min(Integer.MAX_VALUE, settings.timeout().toMillis());
    factory.setConnectionTimeout(millis);
    factory.setHandshakeTimeout(millis);
    factory.setChannelRpcTimeout(millis);
    factory.setRequestedHeartbeat(10);
  }

  /** Empty while the broker takes messages; else why it does not. */
  Optional<String> trouble() {
    return trouble;
  }

  /**
   * Whether the broker returned what was published under this number; asked once its confirm has
   * come.
   */
  boolean takeReturned(String publication) {
    return returned.remove(publication);
  }

  /** A connection that publishes, followed for what may stop it. */
  @Override
  public Connection get() {
    try {
      Connection made = connect("remuda-gateway-publish");
      prepare(made);
      publishing = Optional.of(made);
      trouble = Optional.empty();
      made.addBlockedListener(new Blocking());
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

  /** Declares what is needed before all else; a connection that cannot is ended, and not kept. */
  private static void prepare(Connection made) throws IOException {
    try (Channel channel = made.createChannel()) {
      channel.exchangeDeclare(TaskNames.TASK_EXCHANGE, "direct", true);
      declareDeadLetters(channel);
    } catch (IOException | TimeoutException | RuntimeException e) {
      made.abort(ABORT_MILLIS);
      throw new IOException("it does not let the queues of tasks be declared: " + reason(e), e);
    }
  }

  private static String reason(Exception failure) {
    Throwable root = failure.getCause() == null ? failure : failure.getCause();
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /** Ends the connection that publishes, whatever its stream does; the stream makes another. */
  void abandon(String reason) {
    Optional<Connection> silent = publishing;
    troubled(reason);
    silent.ifPresent(open -> open.abort(ABORT_MILLIS));
  }

  /** A connection for questions, which its caller closes. */
  Connection connect(String name) throws IOException {
    try {
      return factory.newConnection(name);
    } catch (TimeoutException e) {
      throw new IOException("it did not answer in time", e);
    }
  }

  @Override
  public void release(Connection connection) {
    if (connection.isOpen()) {
      connection.abort(ABORT_MILLIS);
    }
  }

  static void declareDeadLetters(Channel channel) throws IOException {
    channel.exchangeDeclare(TaskNames.DEAD_LETTER_EXCHANGE, "headers", true);
    channel.queueDeclare(
        TaskNames.DEAD_LETTER_QUEUE, true, false, false, TaskNames.deadQueueArguments());
    channel.queueDeclare(
        TaskNames.UNBURIED_QUEUE, true, false, false, TaskNames.unburiedQueueArguments());
    for (String queue : List.of(TaskNames.DEAD_LETTER_QUEUE, TaskNames.UNBURIED_QUEUE)) {
      for (String death : TaskNames.DEATHS) {
        channel.queueBind(
            queue, TaskNames.DEAD_LETTER_EXCHANGE, "", TaskNames.deathArguments(death));
      }
    }
  }

  private void troubled(String reason) {
    trouble = Optional.of(reason);
    onTrouble.run();
  }

  /** The broker is low on memory or disk: it reads nothing from publishers until it is not. */
  private final class Blocking implements BlockedListener {
    @Override
    public void handleBlocked(String reason) {
      troubled("the broker takes no messages now (" + reason + ")");
    }

    @Override
    public void handleUnblocked() {
      trouble = Optional.empty();
    }
  }

  private final class ReturnAware extends ConnectionFactory {
    @Override
    protected AMQConnection createConnection(
        ConnectionParams params, FrameHandler frames, MetricsCollector metrics) {
      return new AMQConnection(params, frames, metrics, ObservationCollector.NO_OP) {
        @Override
        public Channel createChannel() throws IOException {
          Channel channel = super.createChannel();
          if (channel != null) {
            channel.addReturnListener(
                message -> returned.add(message.getProperties().getCorrelationId()));
          }
          return channel;
        }
      };
    }
  }
}
