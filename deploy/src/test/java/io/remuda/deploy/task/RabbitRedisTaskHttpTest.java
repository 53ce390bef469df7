package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** Tasks over HTTP on RabbitMQ and Redis. */
class RabbitRedisTaskHttpTest extends TaskHttpContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }
}
