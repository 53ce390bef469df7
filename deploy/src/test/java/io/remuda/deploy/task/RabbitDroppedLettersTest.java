package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** Dropped letters in RabbitMQ, their tasks' records in Redis. */
class RabbitDroppedLettersTest extends DroppedLettersContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url(),
        // A machine under load may stall for a third of it.
        "remuda.tasks.timeout", "15s");
  }
}
