package io.remuda.deploy.task;

import io.remuda.protocol.testing.PostgresServer;
import java.util.Map;

/** Tasks over HTTP, with their webhooks, in the journal's PostgreSQL. */
class PostgresTaskHttpTest extends TaskHttpContract {

  @Override
  Map<String, ?> places() {
    PostgresServer server = PostgresServer.shared();
    return Map.of(
        "remuda.journal.url", server.newDatabase(),
        "remuda.journal.user", server.user(),
        "remuda.journal.password", server.password());
  }
}
