package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** Running tasks that end, their records in Redis. */
class RabbitRedisStoppedTasksTest extends StoppedTasksContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }
}
