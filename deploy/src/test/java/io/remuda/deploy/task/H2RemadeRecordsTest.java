package io.remuda.deploy.task;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Lost records in the embedded database. */
class H2RemadeRecordsTest extends RemadeRecordsContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.toString());
  }
}
