package io.remuda.deploy.task;

import java.util.Map;

/** Batches in the embedded database, which the gateway's process has to itself, with the worker. */
class H2KilledGatewayTest extends KilledGatewayContract {

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.resolve("data").toString());
  }

  @Override
  boolean shared() {
    return false;
  }
}
