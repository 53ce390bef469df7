package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.testing.TestNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker of tasks is told. */
class TaskContractTest {

  @Test
  void holdsTheScriptsThatAWorkerRuns(@TempDir Path data) {
    TaskContract contract = TaskContract.from(TestNode.config(Map.of()), data);
    TaskScripts scripts = TaskScripts.load();

    JsonNode told = contract.json(Sample.worker("w"), List.of()).path("scripts");

    assertThat(told.path("claim").asText()).isEqualTo(scripts.claim().text());
    assertThat(told.path("finish").asText()).isEqualTo(scripts.finish().text());
    assertThat(told.path("progress").asText()).isEqualTo(scripts.progress().text());
    assertThat(told.path("giveBack").asText()).isEqualTo(scripts.giveBack().text());
  }
}
