package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** Lifetimes of tasks in RabbitMQ and Redis. */
class RabbitRedisTaskLifetimesTest extends TaskLifetimesContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }
}
