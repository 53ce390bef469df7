package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tasks used, in Redis; their queue is of no matter here. */
class RedisTaskUsesTest extends TaskUsesContract {

  @TempDir Path folder;

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.node.data", folder.toString(),
        "remuda.tasks.results", RedisServer.shared().url());
  }

  /** A worker in another language runs the same script, and knows nothing of what is counted. */
  @Test
  void aWorkerThatNamesNoUseHasUsedARequest() {
    RedisClient client = RedisClient.create(RedisServer.shared().url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      TaskEnvelope task = stage.task("typed").toBuilder().setTenant("t".repeat(150)).build();
      Claims.Claim claim = get(machine.claims().claim(task)).orElseThrow();

      Long stored =
          connection
              .sync()
              .eval(
                  TaskScripts.load().finish().text(),
                  ScriptOutputType.INTEGER,
                  new String[] {
                    TaskNames.recordKey(id(task)),
                    TaskNames.DEADLINES,
                    TaskNames.tenantKey(task.getTenant())
                  },
                  task.getTaskId(),
                  "1",
                  claim.nonce(),
                  "FAILED",
                  "",
                  "refused",
                  "it cannot",
                  "60000",
                  task.getModel(),
                  task.getSchemaFingerprint(),
                  task.getTenant(),
                  "" + task.getCreatedAtMillis(),
                  "" + task.getDeadlineMillis(),
                  "60000",
                  "0");

      assertThat(stored).isEqualTo(1);
      assertThat(take(Duration.ofMinutes(1), 400).orElseThrow().uses())
          .extracting(TaskUseStore.Use::use)
          .containsExactly(
              TaskUse.newBuilder()
                  .setOwner(task.getTenant())
                  .setModel(task.getModel())
                  .setFailed(true)
                  .build());
    } finally {
      client.shutdown();
    }
  }
}
