package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.gateway.tasks.Backends;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.node.task.Claims;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch of a key that has limits: its lines wait for the minute, and end with the budget. */
@Tag("slow")
class LimitedLinesTest {

  private static final int LINES = 9;
  private static final ByteString ANSWER =
      ByteString.copyFromUtf8("{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}");

  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
  private final Routes routes = new Routes();

  /** So many more lines of so many bytes are let in, and how often one was refused. */
  private final AtomicInteger left = new AtomicInteger();

  private volatile long largest = Long.MAX_VALUE;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile Optional<Function<TaskRecord, CompletionStage<?>>> meanwhile = Optional.empty();
  private volatile ErrorCode why = ErrorCode.RATE_LIMIT_EXCEEDED;

  private final Metering metering =
      new Metering() {
        @Override
        public Admission admit(Sender sender, Wish wish) {
          return Admission.FREE;
        }

        @Override
        public Admission admitTask(Sender sender, Wish wish) {
          if (wish.bodyBytes() <= largest && left.getAndUpdate(now -> Math.max(0, now - 1)) > 0) {
            return Admission.FREE;
          }
          refused.incrementAndGet();
          return new Admission(
              Optional.of(Refused.of(why, "nothing is left of it")),
              Duration.ZERO,
              List.of(),
              Ticket.NONE);
        }
      };

  @TempDir Path folder;
  private TaskStage stage;
  private BatchClient client;
  private BatchDriver driver;

  @BeforeEach
  void open() {
    stage =
        TaskStage.open(
            Map.of(
                "remuda.node.data", folder.toString(),
                "remuda.gateway.batches.look-pause", "50ms",
                "remuda.gateway.batches.longest-pause", "100ms"),
            "");
    BatchSettings settings = BatchSettings.from(stage.config());
    client = new BatchClient(stage, "/v1/chat/completions");
    routes.merge(BatchClient.listing(stage, 1, DeploymentPhase.READY));
    driver =
        BatchDriver.start(
            this::backends,
            new TaskDesk(
                this::backends,
                DeskSettings.from(stage.config()),
                InstantSource.system(),
                new SecureRandom(),
                metering),
            new ModelLines(
                TypedModels.NONE,
                routes::snapshot,
                1 << 20,
                settings.removedWait(),
                InstantSource.system()),
            settings,
            timers,
            InstantSource.system(),
            "gateway");
  }

  private Backends backends() {
    Backends all = stage.backends();
    return meanwhile
        .map(
            end ->
                new Backends(
                    all.queue(),
                    all.results().map(store -> new EndsMeanwhile(store, end)),
                    all.hooks(),
                    all.shelf(),
                    all.reason()))
        .orElse(all);
  }

  private static Function<TaskRecord, CompletionStage<?>> ending(
      Claims claims, Function<Claims.Claim, CompletionStage<?>> end) {
    return record ->
        claims
            .claim(
                TaskEnvelope.newBuilder()
                    .setTaskId(record.getTaskId())
                    .setModel(record.getModel())
                    .setTenant(record.getTenant())
                    .setCreatedAtMillis(record.getCreatedAtMillis())
                    .setDeadlineMillis(record.getDeadlineMillis())
                    .build())
            .thenCompose(claim -> end.apply(claim.orElseThrow()));
  }

  @AfterEach
  void close() {
    driver.close();
    timers.shutdownNow();
    stage.close();
  }

  @Test
  void linesWaitForTheNextMinuteAndEndWhenTheBudgetDoes() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work((input, progress) -> CompletableFuture.completedFuture(ANSWER))) {
      left.set(2);
      String id = client.begin(LINES, number -> "{\"model\":\"" + stage.model + "\"}");

      // given a limit that lets in two, again and again
      Eventually.isTrue("two are done", LIMIT, () -> client.batch(id).getCompleted() == 2);
      int before = refused.get();
      Eventually.isTrue("the rest ask again", LIMIT, () -> refused.get() > before + 2);
      assertThat(client.batch(id).getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);
      assertThat(client.batch(id).getFailed()).isZero();
      left.set(3);
      Eventually.isTrue("three more are done", LIMIT, () -> client.batch(id).getCompleted() == 5);

      // when the budget is used up
      why = ErrorCode.INSUFFICIENT_QUOTA;

      // then the others say so, and what was done is there and is counted
      BatchRecord batch = client.ended(id, LIMIT);
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(client.lines(batch.getOutputFileId())).hasSize(5);
      assertThat(client.lines(batch.getErrorFileId()))
          .hasSize(LINES - 5)
          .allSatisfy(
              line -> {
                assertThat(line.at("/response/status_code").asInt()).isEqualTo(429);
                assertThat(line.at("/response/body/error/code").asText())
                    .isEqualTo("insufficient_quota");
              });
      assertThat(get(stage.uses().take(Duration.ofMinutes(1), 400)).orElseThrow().uses())
          .extracting(TaskUseStore.Use::use)
          .extracting(TaskUse::getPromptTokens)
          .containsExactly(7L, 7L, 7L, 7L, 7L);
      get(worker.drain());
    }
  }

  @Test
  void aLineThatWantsTooMuchDoesNotKeepThoseBehindItBack() {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work((input, progress) -> CompletableFuture.completedFuture(ANSWER))) {
      // given a first line that is larger than what is left, and a minute of which nothing is left
      largest = 500;
      String id =
          client.begin(
              LINES,
              number ->
                  "{\"model\":\"%s\",\"user\":\"%s\"}"
                      .formatted(stage.model, number == 1 ? "u".repeat(1_000) : "u"));
      Eventually.isTrue("all wait", LIMIT, () -> refused.get() > LINES);

      // when there is room for the small ones
      left.set(2 * LINES);

      // then they are done, and the large one once there is room for it
      Eventually.isTrue(
          "the small ones are done", LIMIT, () -> client.batch(id).getCompleted() == LINES - 1);
      assertThat(client.batch(id).getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);
      largest = Long.MAX_VALUE;
      assertThat(client.ended(id, LIMIT).getCompleted()).isEqualTo(LINES);
      get(worker.drain());
    }
  }

  /** A gateway that died may have put them into their queue and have noted nothing of it. */
  @Test
  void aLineThatWasDoneMeanwhileHasItsAnswerAlthoughTheBudgetIsUsedUp() {
    try (TaskStage.Machine machine = stage.machine()) {
      Claims claims = machine.claims();
      meanwhile = Optional.of(ending(claims, claim -> claims.done(claim, ANSWER)));
      why = ErrorCode.INSUFFICIENT_QUOTA;

      String id = client.begin(LINES, number -> "{\"model\":\"" + stage.model + "\"}");

      BatchRecord batch = client.ended(id, LIMIT);
      assertThat(batch.getCompleted()).isEqualTo(LINES);
      assertThat(batch.getFailed()).isZero();
      assertThat(client.lines(batch.getOutputFileId())).hasSize(LINES);
    }
  }

  @Test
  void aLineThatFailedMeanwhileSaysHowAlthoughTheBudgetIsUsedUp() {
    try (TaskStage.Machine machine = stage.machine()) {
      Claims claims = machine.claims();
      meanwhile =
          Optional.of(ending(claims, claim -> claims.failed(claim, "engine_failed", "it broke")));
      why = ErrorCode.INSUFFICIENT_QUOTA;

      String id = client.begin(LINES, number -> "{\"model\":\"" + stage.model + "\"}");

      assertThat(client.lines(client.ended(id, LIMIT).getErrorFileId()))
          .hasSize(LINES)
          .allSatisfy(
              line ->
                  assertThat(line.at("/response/body/error/code").asText())
                      .isEqualTo("engine_failed"));
    }
  }
}
