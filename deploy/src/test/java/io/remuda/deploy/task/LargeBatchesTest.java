package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches that are larger than the heap of the gateway that drives them, which is the one that a
 * gateway has by default. It ends at once when that is not enough.
 */
@Tag("server")
@Tag("slow")
class LargeBatchesTest {

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long MIB = 1 << 20;
  private static final int ALL_BYTES = 48_000_000;

  // Its own: queues of models without a schema are every test's.
  private static RabbitServer broker;
  private static RedisServer redis;

  @TempDir Path folder;

  @BeforeAll
  static void startServers() {
    broker = RabbitServer.own();
    redis = RedisServer.own();
  }

  @AfterAll
  static void stopServers() {
    broker.kill();
    redis.kill();
  }

  @Test
  void manyLinesGoThrough() throws Exception {
    // 48 MB of input and as many of answers, however many lines they are
    int lines = BatchLines.count(2_500);
    assertThat(peakOf(1, lines, ALL_BYTES / lines, ALL_BYTES / lines)).isLessThan(112 * MIB);
  }

  @Test
  void fewLargeLinesGoThroughThoughAllBatchesHaveThem() throws Exception {
    // as many batches as are driven at one time, bodies and answers at their limits: 160 MiB
    assertThat(peakOf(8, 4, (int) MIB, (int) (4 * MIB))).isLessThan(144 * MIB);
  }

  /** Bytes that were alive at most in a gateway of 256 MiB. */
  private long peakOf(int batches, int lines, int bodyBytes, int answerBytes) throws Exception {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "remuda.tasks.queue",
                broker.url(),
                "remuda.tasks.results",
                redis.url(),
                "remuda.tasks.max-result-size",
                answerBytes + " B",
                "remuda.tasks.timeout",
                "30s",
                "remuda.tasks.run-limit",
                "5m"));
    String frame = "{\"text\":\"\"}";
    ByteString answer =
        ByteString.copyFromUtf8("{\"text\":\"" + "y".repeat(answerBytes - frame.length()) + "\"}");
    try (TaskStage stage = TaskStage.open(settings, "");
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                4,
                claims -> claims,
                (input, progress) -> CompletableFuture.completedFuture(answer),
                stage.settings())) {
      settings.put("remuda.node.data", folder.resolve("gateway").toString());
      List<String> arguments = new ArrayList<>();
      for (int number : new int[] {batches, lines, bodyBytes}) {
        arguments.add(Integer.toString(number));
      }
      arguments.addAll(BatchGateway.words(settings));
      try (ChildJvm gateway =
          new ChildJvm(
              BatchesInLittleMemory.class,
              folder,
              List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
              arguments)) {
        assertThat(gateway.awaitEnd(LIMIT)).as(gateway.log()).isZero();
        assertThat(gateway.last(BatchesInLittleMemory.ANSWERS))
            .contains(Integer.toString(batches * lines));
        get(worker.drain());
        long peak = gateway.last(BatchesInLittleMemory.PEAK).map(Long::valueOf).orElseThrow();
        System.out.println("peak " + peak / MIB + " MiB of " + batches + " x " + lines + " lines");
        return peak;
      }
    }
  }
}
