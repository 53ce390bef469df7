package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** A model that evolves, and its tasks in RabbitMQ and Redis. */
class RabbitRedisEvolvedTasksTest extends EvolvedTasksContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }
}
