package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.typed.TypedModels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
  private final BatchClient client;
  private long peak;

  private BatchesInLittleMemory(TaskStage stage) {
    this.stage = stage;
    this.client = new BatchClient(stage, ENDPOINT);
  }

  /** Arguments: batches, lines of each, bytes of a line's body, and settings as key=value. */
  public static void main(String[] arguments) {
    Orders.open();
    TaskStage stage = TaskStage.open(BatchGateway.settings(arguments, 3), "");
    BatchSettings settings = BatchSettings.from(stage.config());
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
    BatchesInLittleMemory gateway = new BatchesInLittleMemory(stage);
    Executors.newSingleThreadScheduledExecutor()
        .scheduleWithFixedDelay(
            gateway::sample, SAMPLE_MILLIS, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    BatchDriver.start(
        stage::backends,
        stage.desk(stage.queue()),
        new ModelLines(
            TypedModels.NONE,
            BatchClient.ready(stage)::snapshot,
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
    AtomicInteger answers = new AtomicInteger();
    for (String id : ids) {
      client.download(
          client.ended(id, LIMIT).getOutputFileId(), piece -> answers.addAndGet(newlines(piece)));
    }
    System.out.println(ANSWERS + answers);
  }

  private String begin(int lines, int bytes) {
    String request = "{\"model\":\"" + stage.model + "\",\"messages\":[\"%s\"]}";
    String body = request.formatted("x".repeat(bytes - request.length() + 2));
    return client.begin(lines, number -> body);
  }

  private static int newlines(ByteString piece) {
    int lines = 0;
    for (byte each : piece) {
      lines += each == '\n' ? 1 : 0;
    }
    return lines;
  }
}
