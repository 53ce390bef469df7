package io.remuda.deploy.task;

import io.remuda.protocol.testing.PostgresServer;
import java.util.Map;

/** What is no task in the queue of PostgreSQL. */
class PostgresRubbishTest extends RubbishContract {

  @Override
  Map<String, ?> places() {
    PostgresServer server = PostgresServer.shared();
    return Map.of(
        "remuda.journal.url", server.newDatabase(),
        "remuda.journal.user", server.user(),
        "remuda.journal.password", server.password());
  }
}
