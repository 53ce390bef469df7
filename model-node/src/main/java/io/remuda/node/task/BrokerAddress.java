package io.remuda.node.task;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.remuda.protocol.task.ServerTrust;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Where a machine's RabbitMQ is: connections whose every wait ends with the time-out. */
final class BrokerAddress {

  private final ConnectionFactory factory = new ConnectionFactory();

  /** Throws IllegalArgumentException for what is no address. */
  BrokerAddress(TaskSettings.Broker place, TaskSettings settings) {
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

  /**
   * A connection that its caller closes.
   *
   * @param name shown by the broker
   */
  Connection connect(String name) throws IOException {
    try {
      return factory.newConnection(name);
    } catch (TimeoutException e) {
      throw new IOException("it did not answer in time", e);
    }
  }
}
