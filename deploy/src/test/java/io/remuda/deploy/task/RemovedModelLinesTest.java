package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.batch.FileRecord;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch whose model is removed, or out of sight, in the midst of it. */
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
  private BatchDesk desk;
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
    desk = new BatchDesk(stage::backends, settings, InstantSource.system(), new SecureRandom());
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
  void linesOfARemovedModelFailSoonAndWhatWasDoneStays() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = work(machine)) {
      // given lines that are done, lines that run, and lines that were not begun
      String id = begin();
      Eventually.isTrue("some are done", LIMIT, () -> batch(id).getCompleted() == DONE);

      listed(2, DeploymentPhase.ENDED);

      BatchRecord batch = ended(id);
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(batch.getCompleted()).isEqualTo(DONE);
      assertThat(batch.getFailed()).isEqualTo(LINES - DONE);
      assertThat(lines(batch.getOutputFileId())).hasSize(DONE);
      assertThat(lines(batch.getErrorFileId()))
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
  void linesOfAModelThatIsMerelyOutOfSightWaitForIt() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = work(machine)) {
      String id = begin();
      Eventually.isTrue("some are done", LIMIT, () -> batch(id).getCompleted() == DONE);

      // when all that a registry says is nothing, for as long as the model is looked for
      Routes withModel = routes;
      Routes silent = new Routes();
      silent.warm();
      routes = silent;
      int before = looks.get();
      Eventually.isTrue("it is looked for", LIMIT, () -> looks.get() > before + 100);

      // then nothing is given up
      assertThat(batch(id).getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);
      assertThat(batch(id).getFailed()).isZero();

      // and all is done when it is back
      routes = withModel;
      goOn.complete(null);
      BatchRecord batch = ended(id);
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
    routes.merge(
        Catalog.EMPTY.with(
            new Listing(
                stage.model,
                version,
                0,
                1,
                phase,
                "jvm",
                Optional.empty(),
                1,
                1,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Instant.EPOCH,
                false)));
  }

  private String begin() {
    BatchDesk.Upload upload = get(desk.upload(stage.tenant()));
    for (int number = 1; number <= LINES; number++) {
      get(
          upload.add(
              ByteString.copyFromUtf8(
                  "{\"custom_id\":\"id-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
                      .formatted(number, ENDPOINT, "{\"model\":\"" + stage.model + "\"}"))));
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

  private BatchRecord batch(String id) {
    return get(desk.batch(stage.tenant(), id));
  }

  private BatchRecord ended(String id) {
    return Eventually.find(
        "the batch has ended",
        LIMIT,
        () -> Optional.of(batch(id)).filter(each -> each.getCompletedAtMillis() > 0));
  }

  private List<JsonNode> lines(String id) throws Exception {
    FileRecord file = get(desk.file(stage.tenant(), id));
    StringBuilder text = new StringBuilder();
    for (int piece = 0; piece < file.getPieces(); piece++) {
      text.append(get(desk.content(file, piece)).toStringUtf8());
    }
    List<JsonNode> lines = new ArrayList<>();
    for (String each : text.toString().lines().toList()) {
      lines.add(new ObjectMapper().readTree(each));
    }
    return lines;
  }
}
