package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import io.remuda.protocol.testing.Eventually;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process that is a gateway with a heap that its JVM's options bound: it takes files in, drives
 * their batches and reads their outputs, and says how much of the heap was alive at most.
 */
final class BatchesInLittleMemory {

  static final String PEAK = "peak ";
  static final String ANSWERS = "answers ";

  private static final String ENDPOINT = "/v1/chat/completions";
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int SAMPLE_MILLIS = 200;

  private final TaskStage stage;
  private final BatchDesk desk;
  private long peak;

  private BatchesInLittleMemory(TaskStage stage, BatchSettings settings) {
    this.stage = stage;
    this.desk =
        new BatchDesk(stage::backends, settings, InstantSource.system(), new SecureRandom());
  }

  /** Arguments: batches, lines of each, bytes of a line's body, and settings as key=value. */
  public static void main(String[] arguments) {
    TaskStage stage = TaskStage.open(BatchGateway.settings(arguments, 3), "");
    BatchSettings settings = BatchSettings.from(stage.config());
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
    BatchesInLittleMemory gateway = new BatchesInLittleMemory(stage, settings);
    Executors.newSingleThreadScheduledExecutor()
        .scheduleWithFixedDelay(
            gateway::sample, SAMPLE_MILLIS, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    BatchDriver.start(
        stage::backends,
        stage.desk(stage.queue()),
        new ModelLines(
            TypedModels.NONE,
            knowing(stage)::snapshot,
            1 << 20,
            settings.removedWait(),
            InstantSource.system()),
        settings,
        timers,
        InstantSource.system(),
        "gateway");
    gateway.run(
        Integer.parseInt(arguments[0]),
        Integer.parseInt(arguments[1]),
        Integer.parseInt(arguments[2]));
    System.out.println(PEAK + gateway.peak());
    Runtime.getRuntime().halt(0);
  }

  private static Routes knowing(TaskStage stage) {
    Routes routes = new Routes();
    routes.merge(
        Catalog.EMPTY.with(
            new Listing(
                stage.model,
                1,
                0,
                1,
                DeploymentPhase.READY,
                "jvm",
                Optional.empty(),
                1,
                1,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Instant.EPOCH,
                false)));
    return routes;
  }

  private synchronized long peak() {
    return peak;
  }

  /** Collects before it looks, so that what it sees is alive. */
  private synchronized void sample() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    peak = Math.max(peak, runtime.totalMemory() - runtime.freeMemory());
  }

  private void run(int batches, int lines, int bytes) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      ids.add(begin(lines, bytes));
    }
    int answers = 0;
    for (String id : ids) {
      BatchRecord ended =
          Eventually.find(
              "batch " + id + " has ended",
              LIMIT,
              () ->
                  Optional.of(get(desk.batch(stage.tenant(), id)))
                      .filter(batch -> batch.getCompletedAtMillis() > 0));
      answers += read(ended);
    }
    System.out.println(ANSWERS + answers);
  }

  private String begin(int lines, int bytes) {
    BatchDesk.Upload upload = get(desk.upload(stage.tenant()));
    String request = "{\"model\":\"" + stage.model + "\",\"messages\":[\"%s\"]}";
    String body = request.formatted("x".repeat(bytes - request.length() + 2));
    for (int number = 1; number <= lines; number++) {
      get(
          upload.add(
              ByteString.copyFromUtf8(
                  "{\"custom_id\":\"id-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
                      .formatted(number, ENDPOINT, body))));
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

  /** Lines of the output, which is read piece by piece as a client's download is. */
  private int read(BatchRecord batch) {
    FileRecord file = get(desk.file(stage.tenant(), batch.getOutputFileId()));
    int lines = 0;
    for (int piece = 0; piece < file.getPieces(); piece++) {
      for (byte each : get(desk.content(file, piece))) {
        lines += each == '\n' ? 1 : 0;
      }
    }
    return lines;
  }
}
