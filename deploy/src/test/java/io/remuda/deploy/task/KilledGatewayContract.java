package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.batch.FileRecord;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch whose gateway's process is killed, and the next one's too. */
@Tag("server")
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
        String id = begin(stage);
        drive(fingerprint, id, settings, random, model);
        batch = get(desk(stage).batch(stage.tenant(), id));
        output = output(stage, batch);
        get(worker.drain());
      }
    } else {
      String id;
      try (TaskStage stage = TaskStage.open(settings, fingerprint)) {
        id = begin(stage);
      }
      drive(fingerprint, id, settings, random, model);
      try (TaskStage stage = TaskStage.open(settings, fingerprint)) {
        batch = get(desk(stage).batch(stage.tenant(), id));
        output = output(stage, batch);
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

  private static BatchDesk desk(TaskStage stage) {
    return new BatchDesk(
        stage::backends,
        BatchSettings.from(stage.config()),
        InstantSource.system(),
        new SecureRandom());
  }

  private static String begin(TaskStage stage) {
    BatchDesk desk = desk(stage);
    BatchDesk.Upload upload = get(desk.upload(stage.tenant()));
    for (int number = 1; number <= LINES; number++) {
      get(
          upload.add(
              ByteString.copyFromUtf8(
                  "{\"custom_id\":\"id-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
                      .formatted(number, ENDPOINT, "{\"n\":\"line " + number + "\"}"))));
    }
    FileRecord file = get(upload.end("input.jsonl", "batch"));
    return get(desk.create(
            new BatchDesk.Wanted(
                stage.tenant(),
                file.getId(),
                ENDPOINT,
                Duration.ofHours(1),
                "1h",
                Map.of(),
                Set.of(),
                "")))
        .getId();
  }

  private static List<JsonNode> output(TaskStage stage, BatchRecord batch) throws Exception {
    BatchDesk desk = desk(stage);
    FileRecord file = get(desk.file(stage.tenant(), batch.getOutputFileId()));
    ByteString whole = ByteString.EMPTY;
    for (int piece = 0; piece < file.getPieces(); piece++) {
      whole = whole.concat(get(desk.content(file, piece)));
    }
    List<JsonNode> lines = new ArrayList<>();
    for (String each : whole.toStringUtf8().lines().toList()) {
      lines.add(new ObjectMapper().readTree(each));
    }
    return lines;
  }
}
