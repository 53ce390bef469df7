package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchLine;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.LineAnswer;
import io.remuda.gateway.batches.LineWork;
import io.remuda.gateway.batches.Upload;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.batch.FileRecord;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of batches, whichever servers keep them, and whoever drives them. */
@Tag("server")
abstract class BatchContract {

  private static final String ENDPOINT = "/v1/models/sentiment/predict";

  TaskStage stage;
  private String tenant;
  private ScheduledExecutorService timers;
  private TaskDesk tasks;
  private BatchDesk desk;
  private BatchSettings settings;
  private final List<BatchDriver> drivers = new ArrayList<>();
  private final List<Plain> works = new ArrayList<>();

  /** Whether the gateway knows no model, or not how to read its results, at the moment. */
  private final AtomicBoolean away = new AtomicBoolean();

  private final AtomicBoolean unreadable = new AtomicBoolean();

  /** How often the gateway was asked for either. */
  private final AtomicInteger asked = new AtomicInteger();

  /** What the gateway's clock is ahead of the others'. */
  private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

  private final InstantSource clock = () -> Instant.now().plus(shift.get());

  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
    tenant = "tenant-" + stage.fingerprint;
    timers = Executors.newScheduledThreadPool(2);
    settings = settings("first-pause = 20ms");
    tasks =
        new TaskDesk(
            stage::backends,
            DeskSettings.from(stage.config()),
            InstantSource.system(),
            new SecureRandom());
    desk = new BatchDesk(stage::backends, settings, clock, new SecureRandom());
  }

  @AfterEach
  void close() {
    drivers.forEach(BatchDriver::close);
    timers.shutdownNow();
    stage.close();
  }

  /** Lines whose bodies are the input as they are; those that hold "refuse" are refused. */
  private final class Plain implements LineWork {
    private final AtomicInteger prepared = new AtomicInteger();

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
      asked.incrementAndGet();
      prepared.incrementAndGet();
      String body = new String(line.body(), StandardCharsets.UTF_8);
      return body.contains("refuse")
          ? new Known(new LineAnswer(400, line.body()))
          : away.get() || body.contains("stuck")
              ? new Later()
              : new Task(stage.model, stage.fingerprint, ByteString.copyFrom(line.body()));
    }

    @Override
    public Optional<LineAnswer> done(TaskRecord record) {
      asked.incrementAndGet();
      return unreadable.get()
          ? Optional.empty()
          : Optional.of(new LineAnswer(200, record.getResult().toByteArray()));
    }
  }

  final BatchDriver drive() {
    Plain work = new Plain();
    works.add(work);
    BatchDriver driver =
        BatchDriver.start(
            stage::backends, tasks, work, settings, timers, clock, "gateway-" + drivers.size());
    drivers.add(driver);
    return driver;
  }

  @Test
  void everyLineHasOneAnswerInTheLinesOrder() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      drive();

      BatchRecord batch = ended(begin(300, Duration.ofMinutes(5)));

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(batch.getTotal()).isEqualTo(300);
      assertThat(batch.getCompleted()).isEqualTo(299);
      assertThat(batch.getFailed()).isEqualTo(1);
      List<JsonNode> output = lines(batch.getOutputFileId());
      assertThat(output).hasSize(299);
      assertThat(output.get(0).path("custom_id").asText()).isEqualTo("id-1");
      assertThat(output.get(0).at("/response/body/N").asText()).isEqualTo("LINE 1");
      assertThat(output.get(298).path("custom_id").asText()).isEqualTo("id-300");
      assertThat(lines(batch.getErrorFileId()))
          .extracting(line -> line.path("custom_id").asText())
          .containsExactly("id-13");
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void wrongLinesFailTheBatchAndAreNamed() {
    drive();
    String good = line(1);
    String input =
        good
            + "no json\n"
            + good
            + "{\"custom_id\":\"x\",\"method\":\"POST\",\"url\":\"/elsewhere\",\"body\":{}}\n"
            + "\n{\"method\":\"POST\",\"url\":\""
            + ENDPOINT
            + "\",\"body\":{}}\n"
            + "{\"custom_id\":\"y\",\"method\":\"GET\",\"url\":\""
            + ENDPOINT
            + "\",\"body\":{}}\n"
            + "{\"custom_id\":\"z\",\"method\":\"POST\",\"url\":\""
            + ENDPOINT
            + "\",\"body\":[]}";

    BatchRecord batch = ended(begin(input, Duration.ofMinutes(5)));

    assertThat(batch.getStatus()).isEqualTo(BatchStatus.FAILED);
    assertThat(batch.getProblemsList())
        .extracting(problem -> problem.getLine() + " " + problem.getCode())
        .containsExactly(
            "2 invalid_json_line",
            "3 duplicate_custom_id",
            "4 mismatched_url",
            "5 missing_required_parameter",
            "6 invalid_method",
            "7 invalid_type");
    assertThat(ended(begin(" \n", Duration.ofMinutes(5))).getProblems(0).getCode())
        .isEqualTo("empty_file");
  }

  @Test
  void aCancelledBatchAnswersEveryLineAndRunsNoMore() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    TypedModel stops =
        (input, progress) ->
            runs.incrementAndGet() <= 20
                ? CompletableFuture.completedFuture(TaskContract.capitals(input))
                : new CompletableFuture<>();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(stops)) {
      drive();
      String id = begin(200, Duration.ofMinutes(5));
      Eventually.isTrue(
          "some lines are done", LIMIT, () -> get(desk.batch(tenant, id)).getCompleted() >= 20);

      assertThat(get(desk.cancel(tenant, id)).getStatus()).isEqualTo(BatchStatus.CANCELLING);
      BatchRecord batch = ended(id);

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.CANCELLED);
      assertThat(lines(batch.getOutputFileId())).hasSize(20);
      List<JsonNode> errors = lines(batch.getErrorFileId());
      assertThat(errors).hasSize(180);
      assertThat(errors)
          .filteredOn(line -> line.at("/error/code").asText().equals("batch_cancelled"))
          .hasSizeBetween(179, 180);
      assertThat(runs.get()).isLessThanOrEqualTo(20 + 32);
      assertThat(get(desk.cancel(tenant, id)).getStatus()).isEqualTo(BatchStatus.CANCELLED);
      assertThat(worker.inFlight()).isGreaterThanOrEqualTo(0);
    }
  }

  @Test
  void linesThatAreLateAreExpired() throws Exception {
    TypedModel onlyTheFirst =
        (input, progress) ->
            input.toStringUtf8().contains("line 1\"")
                ? CompletableFuture.completedFuture(TaskContract.capitals(input))
                : new CompletableFuture<>();
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(64, claims -> claims, onlyTheFirst, stage.settings())) {
      drive();

      // given a window that ends only when the first line's answer is there
      String id = begin(50, Duration.ofHours(1));
      Eventually.isTrue(
          "the first line is done", LIMIT, () -> get(desk.batch(tenant, id)).getCompleted() == 1);
      shift.set(Duration.ofHours(2));

      BatchRecord batch = ended(id);

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.EXPIRED);
      assertThat(lines(batch.getOutputFileId()))
          .extracting(line -> line.path("custom_id").asText())
          .containsExactly("id-1");
      assertThat(lines(batch.getErrorFileId()))
          .filteredOn(line -> line.at("/error/code").asText().equals("batch_expired"))
          .hasSizeBetween(48, 49);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void anInputInAnotherEncodingFailsItsBatch() {
    drive();
    FileRecord file =
        upload(("\ufeff" + line(1) + line(2)).getBytes(StandardCharsets.UTF_16LE), "batch");

    BatchRecord batch = ended(create(file.getId(), Duration.ofMinutes(5)));

    assertThat(batch.getStatus()).isEqualTo(BatchStatus.FAILED);
    assertThat(batch.getProblems(0).getCode()).isEqualTo("invalid_json_line");
    assertThat(batch.getProblems(0).getLine()).isEqualTo(1);
  }

  @Test
  void linesThatAreDoneAreKeptWhileNobodyKnowsTheirModel() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      // given a batch, all of whose tasks are done, and a gateway that cannot read their results
      unreadable.set(true);
      drive();
      String id = begin(10, Duration.ofMinutes(5));
      ResultStore results = stage.backends().results().orElseThrow();
      Eventually.isTrue(
          "all tasks are done",
          LIMIT,
          () ->
              get(results.list(tenant, 20, Optional.empty())).stream()
                      .filter(task -> task.getState() == TaskState.DONE)
                      .count()
                  == 10);

      // when it is cancelled, and the model is known again some looks later
      get(desk.cancel(tenant, id));
      int looks = asked.get();
      Eventually.isTrue("it was looked at", LIMIT, () -> asked.get() > looks + 40);
      unreadable.set(false);
      BatchRecord batch = ended(id);

      // then what was done is answered as done
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.CANCELLED);
      assertThat(lines(batch.getOutputFileId())).hasSize(10);
      assertThat(batch.getErrorFileId()).isEmpty();
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void linesWaitForAModelThatIsAwayForAWhile() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      away.set(true);
      drive();
      String id = begin(10, Duration.ofMinutes(5));
      Eventually.isTrue("it was looked for", LIMIT, () -> asked.get() > 40);
      assertThat(get(desk.batch(tenant, id)).getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);

      away.set(false);

      assertThat(lines(ended(id).getOutputFileId())).hasSize(10);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aBatchThatDoesNotGetOnKeepsNoOtherAway() throws Exception {
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      // given a driver of one batch at a time, and two whose model is away
      settings = settings("at-once = 1, idle-limit = 300ms");
      drive();
      String stuck =
          "{\"custom_id\":\"s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"a\":\"stuck\"}}";
      List<String> held =
          List.of(
              begin(stuck.formatted(ENDPOINT), Duration.ofMinutes(5)),
              begin(stuck.formatted(ENDPOINT), Duration.ofMinutes(5)));

      BatchRecord batch = ended(begin(40, Duration.ofMinutes(5)));

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ids(batch)).hasSize(40);
      Eventually.isTrue(
          "both others had their turn",
          LIMIT,
          () ->
              held.stream()
                  .allMatch(
                      id -> get(desk.batch(tenant, id)).getStatus() == BatchStatus.IN_PROGRESS));
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void answersThatAreLargerThanTheMemoryComeThrough() throws Exception {
    String large = "x".repeat(50_000);
    TypedModel talks =
        (input, progress) ->
            CompletableFuture.completedFuture(
                ByteString.copyFromUtf8("{\"large\":\"" + large + "\"}"));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(talks)) {
      settings = settings("memory = 100 KiB");
      drive();

      BatchRecord batch = ended(begin(12, Duration.ofMinutes(5)));

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(lines(batch.getOutputFileId()))
          .hasSize(12)
          .allMatch(line -> line.at("/response/body/large").asText().equals(large));
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  private BatchSettings settings(String more) {
    return BatchSettings.from(
        ConfigFactory.parseString(
                "remuda.gateway.batches {"
                    + " look-pause = 50ms, lease = 1s, window = 32, longest-pause = 200ms, "
                    + more
                    + " }")
            .withFallback(stage.config()));
  }

  @Test
  void twoThatDriveOneBatchDoNoHarm() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Boolean> both = new CompletableFuture<>();
    TypedModel counts =
        (input, progress) -> {
          runs.incrementAndGet();
          return both.thenApply(drove -> TaskContract.capitals(input));
        };
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(counts)) {
      // given leases that are over while their holder works, so that others take its batch
      settings =
          BatchSettings.from(
              ConfigFactory.parseString(
                      "remuda.gateway.batches { look-pause = 60ms, lease = 20ms, window = 32 }")
                  .withFallback(stage.config()));
      for (int i = 0; i < 2; i++) {
        drive();
      }

      // when no line ends before both have had their hands on it
      String id = begin(500, Duration.ofMinutes(5));
      Eventually.isTrue(
          "both drive it", LIMIT, () -> works.stream().allMatch(work -> work.prepared.get() > 0));
      both.complete(true);
      BatchRecord batch = ended(id);

      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(batch.getCompleted()).isEqualTo(499);
      assertThat(ids(batch)).hasSize(500);
      // Two that submit one line at the same moment may have it run twice, never seen twice.
      assertThat(runs.get()).isGreaterThanOrEqualTo(499);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void anotherDriverGoesOnWhereOneDied() throws Exception {
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    TypedModel stops =
        (input, progress) ->
            runs.incrementAndGet() <= 100
                ? CompletableFuture.completedFuture(TaskContract.capitals(input))
                : goOn.thenApply(yes -> TaskContract.capitals(input));
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(stops)) {
      // given one that dies with lines done, lines under way and lines not begun
      BatchDriver first = drive();
      String id = begin(400, Duration.ofMinutes(5));
      Eventually.isTrue(
          "some lines are done", LIMIT, () -> get(desk.batch(tenant, id)).getCompleted() >= 50);
      first.close();
      goOn.complete(true);

      // when there is another one
      drive();
      BatchRecord batch = ended(id);

      // then every line has its one answer, although lines may have been run twice
      assertThat(batch.getStatus()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ids(batch)).hasSize(400);
      assertThat(runs.get()).isGreaterThanOrEqualTo(399);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void anInputIsKeptWhileABatchReadsIt() throws Exception {
    String file = upload(line(1).getBytes(StandardCharsets.UTF_8), "batch").getId();
    String id = create(file, Duration.ofMinutes(5));

    assertThatThrownBy(() -> get(desk.files().delete(tenant, file))).hasMessageContaining(id);
    assertThatThrownBy(() -> create(file, settings.fileTtl().plusHours(1)))
        .hasMessageContaining("completion_window");

    get(desk.cancel(tenant, id));
    drive();
    ended(id);
    get(desk.files().delete(tenant, file));
    assertThatThrownBy(() -> get(desk.files().file(tenant, file))).hasMessageContaining("no file");
  }

  @Test
  void aSecondTryFindsItsBatchAndAnotherRequestDoesNot() {
    String file = upload(line(1).getBytes(StandardCharsets.UTF_8), "batch").getId();
    BatchDesk.Wanted wanted = keyed(file, Map.of("a", "b"));
    String id = get(desk.create(wanted)).getId();
    get(desk.cancel(tenant, id));
    drive();
    ended(id);
    get(desk.files().delete(tenant, file));

    assertThat(get(desk.create(wanted)).getId()).isEqualTo(id);
    assertThatThrownBy(() -> get(desk.create(keyed(file, Map.of("a", "c")))))
        .hasMessageContaining("Idempotency-Key");
  }

  private BatchDesk.Wanted keyed(String file, Map<String, String> metadata) {
    return new BatchDesk.Wanted(
        tenant, "", file, ENDPOINT, Duration.ofMinutes(5), "5m", metadata, Set.of(), "key-1");
  }

  @Test
  void whoKeepsTooMuchUploadsNoMore() {
    desk =
        new BatchDesk(
            stage::backends,
            settings("tenant-files = 2, tenant-bytes = 1000"),
            InstantSource.system(),
            new SecureRandom());
    upload(new byte[600], "batch");
    assertThatThrownBy(() -> upload(new byte[600], "batch")).hasMessageContaining("tenant-bytes");
    String second = upload(new byte[300], "batch").getId();
    assertThatThrownBy(() -> upload(new byte[1], "batch")).hasMessageContaining("tenant-files");

    get(desk.files().delete(tenant, second));
    upload(new byte[300], "batch");
  }

  @Test
  void anUploadThatIsGivenUpLeavesNothing() {
    Upload upload = get(desk.files().upload(tenant));
    get(upload.add(ByteString.copyFrom(new byte[300_000])));
    FileRecord file = get(upload.end("input.jsonl", "batch"));

    upload.abandon();

    Eventually.isTrue(
        "it is listed no more",
        LIMIT,
        () -> get(desk.files().files(tenant, 10, Optional.empty())).isEmpty());
    Eventually.isTrue(
        "its content is gone",
        LIMIT,
        () -> get(stage.backends().shelf().orElseThrow().pieces(file.getId(), 0, 2)).isEmpty());
  }

  @Test
  void nobodySeesAnothersFilesAndBatches() {
    String id = begin(1, Duration.ofMinutes(5));
    String file = get(desk.batch(tenant, id)).getInputFileId();

    assertThatThrownBy(() -> get(desk.batch("else", id))).hasMessageContaining("no batch");
    assertThatThrownBy(() -> get(desk.cancel("else", id))).hasMessageContaining("no batch");
    assertThatThrownBy(() -> get(desk.files().file("else", file))).hasMessageContaining("no file");
    assertThatThrownBy(() -> get(desk.files().delete("else", file)))
        .hasMessageContaining("no file");
    assertThat(get(desk.batches("else", 10, Optional.empty()))).isEmpty();
    assertThat(get(desk.files().files("else", 10, Optional.empty()))).isEmpty();
    assertThat(get(desk.files().files(tenant, 10, Optional.empty()))).hasSize(1);
  }

  final String begin(int count, Duration window) {
    StringBuilder input = new StringBuilder();
    IntStream.rangeClosed(1, count).forEach(number -> input.append(line(number)));
    return begin(input.toString(), window);
  }

  private static String line(int number) {
    String body = number == 13 ? "{\"refuse\":1}" : "{\"n\":\"line " + number + "\"}";
    return "{\"custom_id\":\"id-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
        .formatted(number, ENDPOINT, body);
  }

  private String begin(String input, Duration window) {
    return create(upload(input.getBytes(StandardCharsets.UTF_8), "batch").getId(), window);
  }

  private FileRecord upload(byte[] bytes, String purpose) {
    Upload upload = get(desk.files().upload(tenant));
    for (int from = 0; from < bytes.length; from += 10_000) {
      get(upload.add(ByteString.copyFrom(bytes, from, Math.min(10_000, bytes.length - from))));
    }
    FileRecord file = get(upload.end("input.jsonl", purpose));
    assertThat(file.getBytes()).isEqualTo(bytes.length);
    return file;
  }

  private String create(String file, Duration window) {
    return get(desk.create(
            new BatchDesk.Wanted(
                tenant, "", file, ENDPOINT, window, "24h", Map.of(), Set.of(), "")))
        .getId();
  }

  final BatchRecord ended(String id) {
    return Eventually.find(
        "the batch has ended",
        Duration.ofSeconds(60),
        () ->
            Optional.of(get(desk.batch(tenant, id)))
                .filter(
                    batch ->
                        Set.of(
                                BatchStatus.COMPLETED,
                                BatchStatus.FAILED,
                                BatchStatus.EXPIRED,
                                BatchStatus.CANCELLED)
                            .contains(batch.getStatus())));
  }

  /** As anybody sees it. */
  final BatchRecord batch(String id) {
    return get(desk.batch(tenant, id));
  }

  /** Ids of all lines out; each must be there once. */
  final Set<String> ids(BatchRecord batch) throws Exception {
    Map<String, Integer> times = new TreeMap<>();
    List<JsonNode> all = new ArrayList<>(lines(batch.getOutputFileId()));
    all.addAll(lines(batch.getErrorFileId()));
    all.forEach(line -> times.merge(line.path("custom_id").asText(), 1, Integer::sum));
    assertThat(times.values()).containsOnly(1);
    return times.keySet();
  }

  private List<JsonNode> lines(String id) throws Exception {
    FileRecord file = get(desk.files().file(tenant, id));
    StringBuilder text = new StringBuilder();
    for (int piece = 0; piece < file.getPieces(); piece++) {
      text.append(get(desk.files().content(file, piece)).toStringUtf8());
    }
    List<JsonNode> lines = new ArrayList<>();
    for (String each : text.toString().lines().toList()) {
      lines.add(new ObjectMapper().readTree(each));
    }
    return lines;
  }
}
