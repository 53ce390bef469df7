package io.remuda.deploy.task;

import java.util.Map;

/** Tasks over HTTP on the embedded database. */
class H2TaskHttpTest extends TaskHttpContract {

  @Override
  Map<String, ?> places() {
    return Map.of();
  }
}
