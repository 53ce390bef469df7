package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.remuda.gateway.task.ResultStore;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The settings that deploy/redis advises: what they promise of finished results holds. */
@Tag("server")
class AdvisedRedisTest {

  /** Where the tests of this module run. */
  private static final Path DEPLOY = Path.of("").toAbsolutePath();

  @Test
  void finishedResultsAndIdempotencyKeysSurviveACrash() throws Exception {
    RedisServer redis = RedisServer.own(advised());
    try (TaskStage stage = TaskStage.open(Map.of("remuda.tasks.results", redis.url()));
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      // given a task that was submitted under a key and is done
      TaskEnvelope task = stage.task("kept").toBuilder().setIdempotencyKey("order-7").build();
      TaskRecord done = stage.awaitEnd(stage.accept(task));
      assertThat(done.getState()).isEqualTo(TaskState.DONE);

      // when the server is killed and started again
      redis.kill();
      redis.restart();

      // then its result is what it was, and its key finds it
      Eventually.passes(
          "the result is there",
          TaskStage.LIMIT,
          () -> assertThat(stage.read(task)).contains(done));
      TaskEnvelope again = task.toBuilder().setTaskId(stage.newId(TaskStage.LIMIT).value()).build();
      ResultStore.Submission found = get(stage.results().submitting(again));
      assertThat(found.repeated()).isTrue();
      assertThat(found.id().value()).isEqualTo(task.getTaskId());
      Eventually.isTrue("it is well", TaskStage.LIMIT, () -> worker.health().isEmpty());
    } finally {
      redis.kill();
    }
  }

  @Test
  void theComposedServerHasThem() throws Exception {
    JsonNode composed =
        new YAMLMapper()
            .readTree(DEPLOY.resolve("compose/compose.yaml").toFile())
            .at("/services/redis/command");
    List<String> words = new ArrayList<>();
    composed.forEach(word -> words.add(word.asText()));

    assertThat(words).containsSequence(advised());
  }

  /** The settings of the file, as options of the server. */
  private static List<String> advised() throws Exception {
    List<String> options = new ArrayList<>();
    for (String line : Files.readAllLines(DEPLOY.resolve("redis/redis.conf"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] setting = line.split(" ", 2);
        options.addAll(List.of("--" + setting[0], setting[1]));
      }
    }
    assertThat(options).contains("--appendfsync", "always");
    return options;
  }
}
