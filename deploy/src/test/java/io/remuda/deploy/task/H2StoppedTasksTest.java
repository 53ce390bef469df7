package io.remuda.deploy.task;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Running tasks that end, their records in the embedded database. */
class H2StoppedTasksTest extends StoppedTasksContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.toString());
  }
}
