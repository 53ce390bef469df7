package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch whose model is removed, or out of sight, in the midst of it. */
@Tag("slow")
class RemovedModelLinesTest {

  private static final String ENDPOINT = "/v1/chat/completions";
  private static final int LINES = 12;
  private static final int DONE = 3;

  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
  private volatile Routes routes = new Routes();

  /** How often it was looked for the model. */
  private final AtomicInteger looks = new AtomicInteger();

  @TempDir Path folder;
  private TaskStage stage;
  private BatchClient client;
  private BatchDriver driver;

  /** The model answers so many lines at once, and the others when this is complete. */
  private final CompletableFuture<Void> goOn = new CompletableFuture<>();

  @BeforeEach
  void open() {
    stage =
        TaskStage.open(
            Map.of(
                "remuda.node.data", folder.toString(),
                "remuda.gateway.batches.look-pause", "50ms",
                "remuda.gateway.batches.longest-pause", "100ms",
                "remuda.gateway.batches.window", "6",
                "remuda.gateway.batches.removed-wait", "100ms"),
            "");
    BatchSettings settings = BatchSettings.from(stage.config());
    client = new BatchClient(stage, ENDPOINT);
    listed(1, DeploymentPhase.READY);
    driver =
        BatchDriver.start(
            stage::backends,
            stage.desk(stage.queue()),
            new ModelLines(
                TypedModels.NONE,
                this::known,
                1 << 20,
                settings.removedWait(),
                InstantSource.system()),
            settings,
            timers,
            InstantSource.system(),
            "gateway");
  }

  @AfterEach
  void close() {
    driver.close();
    timers.shutdownNow();
    stage.close();
  }

  @Test
  void linesOfARemovedModelFailSoonAndWhatWasDoneStays() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = work(machine)) {
      // given lines that are done, lines that run, and lines that were not begun
      String id = begin();
      Eventually.isTrue("some are done", LIMIT, () -> client.batch(id).getCompleted() == DONE);

      listed(2, DeploymentPhase.ENDED);

      BatchRecord batch = client.ended(id, LIMIT);
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(batch.getCompleted()).isEqualTo(DONE);
      assertThat(batch.getFailed()).isEqualTo(LINES - DONE);
      assertThat(client.lines(batch.getOutputFileId())).hasSize(DONE);
      assertThat(client.lines(batch.getErrorFileId()))
          .hasSize(LINES - DONE)
          .allSatisfy(
              line -> {
                assertThat(line.at("/response/status_code").asInt()).isEqualTo(404);
                assertThat(line.at("/response/body/error/code").asText())
                    .isEqualTo("model_not_found");
                assertThat(line.at("/response/body/error/message").asText())
                    .contains(stage.model.value(), "removed");
              });
      goOn.complete(null);
      get(worker.drain());
    }
  }

  @Test
  void linesOfAModelThatIsMerelyOutOfSightWaitForIt() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = work(machine)) {
      String id = begin();
      Eventually.isTrue("some are done", LIMIT, () -> client.batch(id).getCompleted() == DONE);

      // when all that a registry says is nothing, for as long as the model is looked for
      Routes withModel = routes;
      Routes silent = new Routes();
      silent.warm();
      routes = silent;
      int before = looks.get();
      Eventually.isTrue("it is looked for", LIMIT, () -> looks.get() > before + 100);

      // then nothing is given up
      assertThat(client.batch(id).getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);
      assertThat(client.batch(id).getFailed()).isZero();

      // and all is done when it is back
      routes = withModel;
      goOn.complete(null);
      BatchRecord batch = client.ended(id, LIMIT);
      assertThat(batch.getCompleted()).isEqualTo(LINES);
      get(worker.drain());
    }
  }

  private TaskWorker work(TaskStage.Machine machine) {
    ByteString answer = ByteString.copyFromUtf8("{\"ok\":true}");
    AtomicInteger runs = new AtomicInteger();
    return machine.work(
        (input, progress) ->
            runs.incrementAndGet() <= DONE
                ? CompletableFuture.completedFuture(answer)
                : goOn.thenApply(gone -> answer));
  }

  private RouteSnapshot known() {
    looks.incrementAndGet();
    return routes.snapshot();
  }

  private void listed(long version, DeploymentPhase phase) {
    routes.merge(BatchClient.listing(stage, version, phase));
  }

  private String begin() {
    return client.begin(LINES, number -> "{\"model\":\"" + stage.model + "\"}");
  }
}
