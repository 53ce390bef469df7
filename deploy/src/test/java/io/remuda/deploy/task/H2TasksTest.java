package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.testing.TestNode;
import io.remuda.registry.journal.JournalSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks in the embedded database, beside an embedded journal. */
class H2TasksTest extends TaskContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of("remuda.node.data", folder.toString());
  }

  @Test
  void theEmbeddedQueueLiesInTheJournalsFile() {
    // One process opens a file of H2 twice only under the very same address.
    Config config = TestNode.config(Map.of());
    TaskSettings.Database tasks = (TaskSettings.Database) TaskSettings.from(config, folder).queue();
    assertThat(tasks.url()).isEqualTo(JournalSettings.from(config, folder).url());
  }
}
