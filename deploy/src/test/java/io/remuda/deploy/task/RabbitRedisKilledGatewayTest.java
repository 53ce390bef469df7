package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;

/** Batches in Redis, their lines' tasks in RabbitMQ. */
class RabbitRedisKilledGatewayTest extends KilledGatewayContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url());
  }

  @Override
  boolean shared() {
    return true;
  }
}
