package io.remuda.deploy.task;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What tasks used, in the embedded database. */
class H2TaskUsesTest extends TaskUsesContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.toString());
  }
}
