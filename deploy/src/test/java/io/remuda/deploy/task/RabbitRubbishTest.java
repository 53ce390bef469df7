package io.remuda.deploy.task;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is no task in a queue of RabbitMQ, where anybody may publish. */
class RabbitRubbishTest extends RubbishContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }

  @Test
  void anEmptyMessageIsKeptApart() {
    // To protobuf it is an envelope whose fields have all their defaults.
    isKeptApartAndTasksGoOn(TaskEnvelope.getDefaultInstance(), this::publishNothing);
  }

  private void publishNothing() {
    try {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri(RabbitServer.shared().url());
      try (Connection connection = factory.newConnection()) {
        String queue = TaskNames.queue(stage.model, stage.fingerprint);
        connection.createChannel().basicPublish("", queue, null, new byte[0]);
      }
    } catch (Exception e) {
      throw new AssertionError("the empty message could not be published", e);
    }
  }
}
