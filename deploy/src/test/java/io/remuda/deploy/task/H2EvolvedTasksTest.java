package io.remuda.deploy.task;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A model that evolves, and its tasks in the embedded database. */
class H2EvolvedTasksTest extends EvolvedTasksContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.toString());
  }
}
