package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch whose gateway's process is killed, and the next one's too. */
@Tag("server")
@Tag("slow")
abstract class KilledGatewayContract {

  private static final String ENDPOINT = "/v1/models/sentiment/predict";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LINES = 1_200;
  private static final int KILLS = 2;

  /** What the model runs for one gateway: all of them together never come to the last line. */
  private static final int RUNS = 400;

  @TempDir Path folder;

  /** Where the queue and the store are. */
  abstract Map<String, ?> places();

  /** Whether others than the gateway's process can use them at the same time. */
  abstract boolean shared();

  @Test
  void everyLineHasItsOneAnswerThoughGatewaysAreKilledInTheMidstOfIt() throws Exception {
    long seed = new SecureRandom().nextInt(1_000_000);
    Random random = new Random(seed);
    Map<String, Object> settings = settings();
    String fingerprint = UUID.randomUUID().toString().replace("-", "");
    HeldModel model = new HeldModel(0);
    BatchRecord batch;
    List<JsonNode> output;
    if (shared()) {
      try (TaskStage stage = TaskStage.open(settings, fingerprint);
          TaskStage.Machine machine = stage.machine();
          TaskWorker worker = machine.work(model)) {
        BatchClient client = new BatchClient(stage, ENDPOINT);
        String id = begin(client);
        drive(fingerprint, id, settings, random, model);
        batch = client.batch(id);
        output = client.lines(batch.getOutputFileId());
        get(worker.drain());
      }
    } else {
      String id;
      try (TaskStage stage = TaskStage.open(settings, fingerprint)) {
        id = begin(new BatchClient(stage, ENDPOINT));
      }
      drive(fingerprint, id, settings, random, model);
      try (TaskStage stage = TaskStage.open(settings, fingerprint)) {
        BatchClient client = new BatchClient(stage, ENDPOINT);
        batch = client.batch(id);
        output = client.lines(batch.getOutputFileId());
      }
    }

    assertThat(batch.getStatus()).as("seed %s", seed).isEqualTo(BatchStatus.COMPLETED);
    assertThat(batch.getCompleted()).isEqualTo(LINES);
    assertThat(batch.getErrorFileId()).isEmpty();
    // Each line once, with its own answer, in the order of the input.
    assertThat(output)
        .as("seed %s", seed)
        .extracting(
            line -> line.path("custom_id").asText() + " " + line.at("/response/body/N").asText())
        .isEqualTo(
            IntStream.rangeClosed(1, LINES)
                .mapToObj(number -> "id-" + number + " LINE " + number)
                .toList());
  }

  /** One gateway after the other, of which the last alone may live. */
  private void drive(
      String fingerprint, String id, Map<String, Object> settings, Random random, HeldModel model)
      throws Exception {
    int answered = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int from = answered;
      int more = 50 + random.nextInt(250);
      model.allow(RUNS);
      try (ChildJvm gateway = gateway(fingerprint, id, shared() ? 0 : RUNS, settings)) {
        Eventually.isTrue(
            "so many lines have their answers",
            LIMIT,
            () -> {
              assertThat(gateway.lives()).isTrue();
              return answered(gateway) >= from + more;
            });
        gateway.kill();
        answered = answered(gateway);
        assertThat(answered).as("it was killed in the midst of it").isLessThan(LINES);
        assertThat(gateway.last(BatchGateway.ENDED)).isEmpty();
      }
    }
    model.allow(LINES * 10);
    try (ChildJvm gateway = gateway(fingerprint, id, shared() ? 0 : LINES * 10, settings)) {
      Eventually.isTrue(
          "the batch has ended", LIMIT, () -> gateway.last(BatchGateway.ENDED).isPresent());
      gateway.kill();
    }
  }

  private static int answered(ChildJvm gateway) {
    return gateway.last(BatchGateway.ANSWERED).map(Integer::valueOf).orElse(0);
  }

  private ChildJvm gateway(String fingerprint, String id, int runs, Map<String, Object> settings)
      throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(fingerprint, id, Integer.toString(runs)));
    Path own = Files.createTempDirectory(folder, "gateway-");
    Map<String, Object> its = new HashMap<>(settings);
    its.putIfAbsent("remuda.node.data", own.toString());
    arguments.addAll(BatchGateway.words(its));
    return new ChildJvm(
        BatchGateway.class, own, List.of("-Xmx192m", "-XX:TieredStopAtLevel=1"), arguments);
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("remuda.gateway.batches.look-pause", "50ms");
    settings.put("remuda.gateway.batches.first-pause", "20ms");
    settings.put("remuda.gateway.batches.lease", "1s");
    settings.put("remuda.gateway.batches.window", "64");
    // A task that waits for the next gateway's turn is no task that hangs.
    settings.put("remuda.tasks.run-limit", "10m");
    settings.putAll(places());
    return settings;
  }

  private static String begin(BatchClient client) {
    return client.begin(LINES, number -> "{\"n\":\"line " + number + "\"}");
  }
}
