package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchLine;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.LineAnswer;
import io.remuda.gateway.batches.LineWork;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A batch whose worker dies with lines under way, and which another one takes up. */
@Tag("server")
@Tag("slow")
class WorkerDiesInBatchTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String ENDPOINT = "/v1/models/sentiment/predict";
  private static final int LINES = 40;

  /** What the first worker answers; the others that it has begun it never does. */
  private static final int ANSWERED = 5;

  @Test
  void everyLineHasItsOneAnswerInTheLinesOrder() {
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
    try (TaskStage stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue",
                RabbitServer.shared().url(),
                "remuda.tasks.results",
                RedisServer.shared().url(),
                "remuda.gateway.batches.look-pause",
                "50ms",
                "remuda.gateway.batches.first-pause",
                "20ms"))) {
      BatchSettings settings = BatchSettings.from(stage.config());
      BatchClient client = new BatchClient(stage, ENDPOINT);
      try (BatchDriver driver =
          BatchDriver.start(
              stage::backends,
              stage.desk(stage.queue()),
              new Plain(stage),
              settings,
              timers,
              InstantSource.system(),
              "gateway")) {
        // given a batch of which some lines are done, and some are with a worker
        AtomicInteger begun = new AtomicInteger();
        TypedModel stops =
            (input, progress) ->
                begun.incrementAndGet() <= ANSWERED
                    ? CompletableFuture.completedFuture(TaskContract.capitals(input))
                    : new CompletableFuture<>();
        TaskStage.Machine first = stage.machine();
        TaskWorker doomed = first.work(stops);
        String id = client.begin(LINES, number -> "{\"n\":\"line " + number + "\"}");
        Eventually.isTrue(
            "lines are under way",
            LIMIT,
            () -> client.batch(id).getCompleted() == ANSWERED && begun.get() > ANSWERED);

        // when it dies, and after a while there is another one
        first.die();
        doomed.close();
        try (TaskStage.Machine second = stage.machine();
            TaskWorker next = second.work(TaskContract.CAPITALS)) {
          // then the batch is completed
          BatchRecord batch = client.ended(id, LIMIT);
          assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
          assertThat(batch.getCompleted()).isEqualTo(LINES);
          assertThat(output(client, batch))
              .isEqualTo(
                  IntStream.rangeClosed(1, LINES)
                      .mapToObj(number -> "id-" + number + " LINE " + number)
                      .toList());
          Eventually.isTrue("the worker is well", LIMIT, () -> next.health().isEmpty());
        }
      }
    } finally {
      timers.shutdownNow();
    }
  }

  private static List<String> output(BatchClient client, BatchRecord batch) {
    return client.lines(batch.getOutputFileId()).stream()
        .map(line -> line.path("custom_id").asText() + " " + line.at("/response/body/N").asText())
        .toList();
  }

  /** Lines whose bodies are the input as they are. */
  private record Plain(TaskStage stage) implements LineWork {
    @Override
    public Optional<Refused> check(String endpoint, Predicate<ModelName> sees) {
      return Optional.empty();
    }

    @Override
    public Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees) {
      return Optional.empty();
    }

    @Override
    public Prepared prepare(BatchLine line) {
      return new Task(stage.model, stage.fingerprint, ByteString.copyFrom(line.body()));
    }

    @Override
    public Optional<LineAnswer> done(TaskRecord record) {
      return Optional.of(new LineAnswer(200, record.getResult().toByteArray()));
    }
  }
}
